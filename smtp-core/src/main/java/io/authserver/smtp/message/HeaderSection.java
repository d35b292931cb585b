package io.authserver.smtp.message;

import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The header section of a message as bytes, with its fields located.
 *
 * <p>A line that begins with white space continues the field before it; a line without a colon is a
 * field without a name. Lines end with CRLF; the last one may lack it.
 *
 * <p>A message may have very many fields, so each takes {@link #BYTES_PER_FIELD} here and no
 * object: a {@link HeaderField} is made when it is asked for.
 */
public final class HeaderSection {
  /** What a field costs beside its bytes. */
  public static final int BYTES_PER_FIELD = 3 * Integer.BYTES;

  private static final int PER_FIELD = 3;

  private final byte[] source;

  /** Start, colon and end of each field; the fields are in their order, maybe with gaps between. */
  private final int[] offsets;

  private final int length;

  private HeaderSection(byte[] source, int[] offsets, int length) {
    this.source = source;
    this.offsets = offsets;
    this.length = length;
  }

  /**
   * Locates the fields of a header section.
   *
   * @param bytes the section without the empty line that ends it; kept, not copied
   */
  public static HeaderSection of(byte[] bytes) {
    return of(bytes, bytes.length);
  }

  /**
   * Locates the fields of a header section that is the beginning of an array.
   *
   * @param source kept, not copied, and not changed from now on
   * @param length how many of its bytes are the section, without the empty line that ends it
   */
  static HeaderSection of(byte[] source, int length) {
    int count = 0;
    for (int start = 0; start < length; start = fieldEnd(source, start, length)) {
      count++;
    }
    int[] offsets = new int[count * PER_FIELD];
    int at = 0;
    int start = 0;
    while (start < length) {
      int end = fieldEnd(source, start, length);
      int colon = start;
      while (colon < end && source[colon] != ':') {
        colon++;
      }
      offsets[at++] = start;
      offsets[at++] = colon;
      offsets[at++] = end;
      start = end;
    }
    return new HeaderSection(source, offsets, length);
  }

  private static int fieldEnd(byte[] source, int start, int length) {
    int end = lineEnd(source, start, length);
    while (end < length && isWhiteSpace(source[end])) {
      end = lineEnd(source, end, length);
    }
    return end;
  }

  private static int lineEnd(byte[] source, int from, int length) {
    for (int i = from + 1; i < length; i++) {
      if (source[i] == '\n' && source[i - 1] == '\r') {
        return i + 1;
      }
    }
    return length;
  }

  private static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Returns how many bytes the section has. */
  public int length() {
    return length;
  }

  /** Returns how many fields it has. */
  public int fieldCount() {
    return offsets.length / PER_FIELD;
  }

  /** Returns the section's bytes; not to be changed. A copy where it shares its array. */
  public byte[] bytes() {
    if (length == source.length) {
      return source;
    }
    byte[] copy = new byte[length];
    copyTo(copy, 0);
    return copy;
  }

  /**
   * Hands over the section's bytes from an offset to its end, in order.
   *
   * @throws IOException from the consumer
   */
  void forEachBlock(int from, BlockConsumer consumer) throws IOException {
    int skip = from;
    for (int i = 0; i < offsets.length; ) {
      int start = offsets[i];
      int end = offsets[i + 2];
      i += PER_FIELD;
      while (i < offsets.length && offsets[i] == end) {
        end = offsets[i + 2];
        i += PER_FIELD;
      }
      int now = Math.min(skip, end - start);
      if (start + now < end) {
        consumer.accept(source, start + now, end - start - now);
      }
      skip -= now;
    }
  }

  /** Returns the fields, topmost first; each is made when it is asked for. */
  public List<HeaderField> fields() {
    return new Fields();
  }

  private HeaderField field(int index) {
    int at = index * PER_FIELD;
    return new HeaderField(source, offsets[at], offsets[at + 1], offsets[at + 2]);
  }

  /** Returns the topmost field of this name, or null. */
  public @Nullable HeaderField first(String name) {
    for (int i = 0; i < fieldCount(); i++) {
      if (isNamed(i, name)) {
        return field(i);
      }
    }
    return null;
  }

  /** Returns the fields of this name, topmost first. */
  public List<HeaderField> all(String name) {
    List<HeaderField> found = new ArrayList<>();
    for (int i = 0; i < fieldCount(); i++) {
      if (isNamed(i, name)) {
        found.add(field(i));
      }
    }
    return Collections.unmodifiableList(found);
  }

  /** Returns how many fields have this name. */
  public int count(String name) {
    int count = 0;
    for (int i = 0; i < fieldCount(); i++) {
      count += isNamed(i, name) ? 1 : 0;
    }
    return count;
  }

  private boolean isNamed(int index, String name) {
    int at = index * PER_FIELD;
    return HeaderField.isNamed(source, offsets[at], offsets[at + 1], offsets[at + 2], name);
  }

  /** Returns whether the first line begins with white space: it continues what is put above it. */
  public boolean beginsWithWhiteSpace() {
    return offsets.length > 0 && isWhiteSpace(source[offsets[0]]);
  }

  /** Returns the section without these fields, over the same array; itself where it has none. */
  HeaderSection without(Predicate<? super HeaderField> unwanted) {
    int[] kept = offsets.clone();
    int at = 0;
    int left = 0;
    for (int i = 0; i < fieldCount(); i++) {
      HeaderField field = field(i);
      if (!unwanted.test(field)) {
        kept[at++] = field.start();
        kept[at++] = field.colon();
        kept[at++] = field.end();
        left += field.length();
      }
    }
    return at == offsets.length ? this : new HeaderSection(source, Arrays.copyOf(kept, at), left);
  }

  /** Returns a section with these fields, each ending with CRLF, on top of this one's: a copy. */
  public HeaderSection prepend(byte[] added) {
    byte[] joined = new byte[added.length + length];
    System.arraycopy(added, 0, joined, 0, added.length);
    copyTo(joined, added.length);
    return of(joined);
  }

  private void copyTo(byte[] target, int from) {
    int at = from;
    for (int i = 0; i < offsets.length; i += PER_FIELD) {
      int fieldLength = offsets[i + 2] - offsets[i];
      System.arraycopy(source, offsets[i], target, at, fieldLength);
      at += fieldLength;
    }
  }

  /** The fields as a list, none of which is kept. */
  private final class Fields extends AbstractList<HeaderField> implements RandomAccess {
    @Override
    public HeaderField get(int index) {
      return field(Objects.checkIndex(index, size()));
    }

    @Override
    public int size() {
      return fieldCount();
    }
  }
}
