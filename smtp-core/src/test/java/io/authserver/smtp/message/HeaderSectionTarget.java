package io.authserver.smtp.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What must hold for any bytes of a message: its header section is read as a second, plain reading
 * of RFC 5322 §2.2 does it on texts, and what is left of it without some fields is the rest,
 * unchanged. The first byte chooses which fields are left out, the second where reading begins.
 */
final class HeaderSectionTarget {
  private static final String ADDED = "X-Added: 1\r\n folded\r\n";

  /** So many fields are looked for by name: more of them make a run slow and show nothing new. */
  private static final int MOST_NAMES = 8;

  private HeaderSectionTarget() {}

  /** A field as the plain reading has it. */
  private record Field(String text) {
    boolean hasColon() {
      return text.indexOf(':') >= 0;
    }

    /** RFC 5322 §4.5: white space before the colon is none of the name. */
    String name() {
      String name = hasColon() ? text.substring(0, text.indexOf(':')) : "";
      while (name.endsWith(" ") || name.endsWith("\t")) {
        name = name.substring(0, name.length() - 1);
      }
      return folded(name);
    }

    /** The last line of all may lack its CRLF, or a half of it. */
    String value() {
      String value = hasColon() ? text.substring(text.indexOf(':') + 1) : "";
      value = value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
      return value.endsWith("\r") ? value.substring(0, value.length() - 1) : value;
    }
  }

  private static String folded(String name) {
    StringBuilder folded = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      folded.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
    }
    return folded.toString();
  }

  /** Reads a header section: a line that begins with white space continues the one before it. */
  private static List<Field> read(String header) {
    List<String> texts = new ArrayList<>();
    int at = 0;
    while (at < header.length()) {
      int lineEnd = header.indexOf("\r\n", at);
      String line = header.substring(at, lineEnd < 0 ? header.length() : lineEnd + 2);
      at += line.length();
      if (!texts.isEmpty() && (line.startsWith(" ") || line.startsWith("\t"))) {
        texts.add(texts.removeLast() + line);
      } else {
        texts.add(line);
      }
    }
    return texts.stream().map(Field::new).toList();
  }

  static void check(byte[] input) {
    if (input.length < 2) {
      return;
    }
    String all = latin1(Arrays.copyOfRange(input, 2, input.length));
    try {
      section(all);
      message(all, input[0] & 0xff, input[1] & 0xff);
    } catch (IOException e) {
      throw new AssertionError("nothing here can fail to be read", e);
    }
  }

  /** The whole as a header section, empty lines and all. */
  private static void section(String header) {
    HeaderSection section = HeaderSection.of(bytes(header));
    compare(section, read(header));
    require(latin1(section.bytes()).equals(header), "other bytes");
    boolean continues = header.startsWith(" ") || header.startsWith("\t");
    require(section.beginsWithWhiteSpace() == continues, "white space at the beginning");
    compare(section.prepend(bytes(ADDED)), read(ADDED + header));
  }

  private static void compare(HeaderSection section, List<Field> expected) {
    require(section.fieldCount() == expected.size(), "fields: " + section.fieldCount());
    require(section.fields().size() == expected.size(), "fields in the list");
    int length = 0;
    for (int i = 0; i < expected.size(); i++) {
      HeaderField field = section.fields().get(i);
      Field plain = expected.get(i);
      require(text(field).equals(plain.text()), "field " + i + " is " + text(field));
      require(field.isNamed(plain.name()) == plain.hasColon(), "name " + plain.name());
      require(folded(field.name()).equals(plain.name()) || !isAscii(plain.name()), "name " + i);
      require(latin1(field.value()).equals(plain.value()), "value " + latin1(field.value()));
      require(plain.hasColon() == field.colon() < field.end(), "colon");
      length += field.length();
    }
    require(section.length() == length, "length " + section.length());
    Set<String> names = new LinkedHashSet<>(Set.of("subject"));
    expected.stream().limit(MOST_NAMES).forEach(field -> names.add(field.name()));
    names.forEach(name -> byName(section, expected, name));
  }

  private static void byName(HeaderSection section, List<Field> expected, String name) {
    List<String> wanted = new ArrayList<>();
    for (Field plain : expected) {
      if (plain.hasColon() && plain.name().equals(name)) {
        wanted.add(plain.text());
      }
    }
    for (String any : List.of(name, upper(name))) {
      HeaderField first = section.first(any);
      require(
          first == null ? wanted.isEmpty() : text(first).equals(wanted.getFirst()), "first " + any);
      require(section.count(any) == wanted.size(), "count of " + any);
      require(
          section.all(any).stream().map(HeaderSectionTarget::text).toList().equals(wanted),
          "all " + any);
    }
  }

  /** The whole as a message, in one array and in blocks. */
  private static void message(String all, int which, int from) throws IOException {
    int empty = all.startsWith("\r\n") ? 0 : all.indexOf("\r\n\r\n") + 2;
    boolean hasBody = all.startsWith("\r\n") || empty >= 2;
    String header = hasBody ? all.substring(0, empty) : all;
    MessageBytes message = MessageBytes.of(bytes(all));
    require(message.bodyOffset() == (hasBody ? empty + 2 : all.length()), "body");
    view(message, header, all.substring(header.length()), which, from);
    Spool none = new Spool(Path.of("/nonexistent"), new MemoryBudget(0));
    MemoryBudget budget = new MemoryBudget(1 << 30);
    try (MessageBuffer buffer = new MessageBuffer(budget, none)) {
      buffer.append(bytes(all), 0, all.length());
      MessageBytes buffered = buffer.finish(header.length(), message.bodyOffset());
      view(buffered, header, all.substring(header.length()), which, from);
    }
    require(budget.used() == 0, "memory was not given back");
  }

  private static void view(MessageBytes message, String header, String rest, int which, int from)
      throws IOException {
    List<Field> fields = read(header);
    compare(message.header(), fields);
    String name = fields.isEmpty() ? "x" : fields.get(which % fields.size()).name();
    List<Field> kept = new ArrayList<>(fields);
    kept.removeIf(field -> field.hasColon() && field.name().equals(name));
    StringBuilder left = new StringBuilder();
    kept.forEach(field -> left.append(field.text()));
    String whole = left + rest;
    MessageBytes view = MessageView.withoutFields(message, name);
    require(view.equals(message) == (kept.size() == fields.size()), "the same object");
    compare(view.header(), kept);
    require(latin1(view.header().bytes()).equals(left.toString()), "header of a view");
    require(view.size() == whole.length(), "size of a view");
    require(
        view.bodyOffset() - view.header().length()
            == message.bodyOffset() - message.header().length(),
        "body of a view");
    require(latin1(view.toByteArray()).equals(whole), "bytes of a view");
    int begin = Math.min(from, whole.length());
    ByteArrayOutputStream tail = new ByteArrayOutputStream();
    view.forEachBlock(begin, tail::write);
    require(latin1(tail.toByteArray()).equals(whole.substring(begin)), "from " + begin);
    compare(view.header().prepend(bytes(ADDED)), read(ADDED + left));
    // A view of a view: all that is left goes, or the first of it.
    MessageBytes none = MessageView.withoutFields(view, field -> true);
    require(latin1(none.toByteArray()).equals(rest), "without any field");
  }

  private static String text(HeaderField field) {
    return latin1(Arrays.copyOfRange(field.source(), field.start(), field.end()));
  }

  private static String upper(String name) {
    StringBuilder upper = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      upper.append(c >= 'a' && c <= 'z' ? (char) (c - 32) : c);
    }
    return upper.toString();
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
