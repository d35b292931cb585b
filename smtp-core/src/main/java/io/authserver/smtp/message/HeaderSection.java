package io.authserver.smtp.message;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header section of a message as bytes, with its fields located.
 *
 * <p>A line that begins with white space continues the field before it; a line without a colon is a
 * field without a name. Lines end with CRLF; the last one may lack it.
 */
public final class HeaderSection {
  private final byte[] bytes;
  private final List<HeaderField> fields;

  private HeaderSection(byte[] bytes, List<HeaderField> fields) {
    this.bytes = bytes;
    this.fields = fields;
  }

  /**
   * Locates the fields of a header section.
   *
   * @param bytes the section without the empty line that ends it; kept, not copied
   */
  public static HeaderSection of(byte[] bytes) {
    List<HeaderField> fields = new ArrayList<>();
    int start = 0;
    while (start < bytes.length) {
      int end = lineEnd(bytes, start);
      while (end < bytes.length && (bytes[end] == ' ' || bytes[end] == '\t')) {
        end = lineEnd(bytes, end);
      }
      int colon = start;
      while (colon < end && bytes[colon] != ':') {
        colon++;
      }
      fields.add(new HeaderField(bytes, start, colon, end));
      start = end;
    }
    return new HeaderSection(bytes, List.copyOf(fields));
  }

  private static int lineEnd(byte[] bytes, int from) {
    for (int i = from; i + 1 < bytes.length; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i + 2;
      }
    }
    return bytes.length;
  }

  /** Returns the section's own bytes; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the fields, topmost first. */
  public List<HeaderField> fields() {
    return fields;
  }

  /** Returns the topmost field of this name, or null. */
  public @Nullable HeaderField first(String name) {
    for (HeaderField field : fields) {
      if (field.isNamed(name)) {
        return field;
      }
    }
    return null;
  }

  /** Returns the fields of this name, topmost first. */
  public List<HeaderField> all(String name) {
    return fields.stream().filter(field -> field.isNamed(name)).toList();
  }

  /** Returns a section with these fields, each ending with CRLF, on top of this one's. */
  public HeaderSection prepend(byte[] added) {
    byte[] joined = new byte[added.length + bytes.length];
    System.arraycopy(added, 0, joined, 0, added.length);
    System.arraycopy(bytes, 0, joined, added.length, bytes.length);
    return of(joined);
  }
}
