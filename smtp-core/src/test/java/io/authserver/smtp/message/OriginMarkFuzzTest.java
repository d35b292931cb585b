package io.authserver.smtp.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.OriginMark.Author;
import io.authserver.smtp.message.OriginMark.Claimed;
import io.authserver.smtp.message.OriginMark.Fault;
import io.authserver.smtp.message.OriginMark.Former;
import io.authserver.smtp.message.OriginMark.Unmarked;
import io.authserver.smtp.message.OriginMark.Unproved;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Header sections with marks that nobody thought of: what is read in them is what a second, slow
 * reading finds, which knows the one genuine mark and for what it was made.
 */
class OriginMarkFuzzTest {
  private static final int HEADERS = 20_000;
  private static final MarkKey KEY = MarkKey.of(new byte[MarkKey.BYTES]);
  private static final String NAME = OriginMark.FIELD_NAME;
  private static final String TRACE = "Received: from edge\r\n\tby mx.ours.example id T-1; now\r\n";
  private static final String QUEUE = "Received: by mx.ours.example with ESMTP id 0bad; now\r\n";
  private static final String FROM = "From: Alice <alice@ours.example>\r\n";
  private static final String MESSAGE_ID = "Message-ID: <1@ours.example>\r\n";
  private static final String GENUINE =
      new String(
          new OriginMark(true, Author.MATCH).toField("T-1", KEY, header(FROM + MESSAGE_ID)),
          StandardCharsets.US_ASCII);

  /** What is put in, or stands in the place of something. */
  private static final List<String> PIECES =
      List.of(
          GENUINE,
          GENUINE.replace(";", " ;\r\n  "),
          GENUINE.toUpperCase(Locale.ROOT).replace(NAME.toUpperCase(Locale.ROOT), NAME),
          GENUINE.replace("submitted=yes", "submitted=no"),
          GENUINE.replace("author=match", "author=unjudged"),
          GENUINE.replace("id=T-1", "id=T-2"),
          GENUINE.replace("v=2", "v=3"),
          GENUINE.replace(NAME + ":", NAME.toLowerCase(Locale.ROOT) + " :"),
          GENUINE.replace(NAME, "X-" + NAME),
          NAME + ": v=1; submitted=yes\r\n",
          NAME + ": V=1;\r\n\tsubmitted=NO\r\n",
          NAME + ":\r\n",
          NAME + ": v=2; submitted=yes" + "\r\n ".repeat(200) + "\r\n",
          TRACE,
          TRACE.replace("id T-1", "id T-10"),
          TRACE.replace("id T-1", "id\r\n T-1"),
          QUEUE,
          "Delivered-To: team@ours.example\r\n",
          "Subject: Hi\r\n",
          FROM,
          "from:Alice\r\n   <alice@ours.example> \r\n",
          "From: Alice <ceo@ours.example>\r\n",
          MESSAGE_ID,
          "message-id :  <1@ours.example>\r\n",
          "Message-ID: <2@ours.example>\r\n");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void bothReadingsAgree(long seed) {
    Random random = new Random(seed);
    int proved = 0;
    for (int i = 0; i < HEADERS; i++) {
      List<String> fields = new ArrayList<>(List.of(QUEUE, GENUINE, TRACE, FROM, MESSAGE_ID));
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        int at = random.nextInt(fields.size());
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        switch (random.nextInt(3)) {
          case 0 -> fields.add(at, piece);
          case 1 -> fields.set(at, piece);
          default -> fields.remove(at);
        }
      }
      String expected = slow(fields);
      String header = String.join("", fields);
      assertEquals(expected, read(header(header)), () -> "of\n" + header);
      proved += expected.equals("true MATCH") ? 1 : 0;
    }
    assertTrue(proved > HEADERS / 5 && proved < HEADERS * 4 / 5, proved + " proved");
  }

  private static HeaderSection header(String text) {
    return HeaderSection.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(HeaderSection header) {
    return switch (OriginMark.read(header)) {
      case Unmarked _ -> "UNMARKED";
      case Former(boolean submitted) -> "FORMER " + submitted;
      case Unproved(Fault fault) -> fault.name();
      case Claimed claimed ->
          OriginMark.isProved(claimed, List.of(KEY), header)
              ? claimed.mark().submitted() + " " + claimed.mark().author()
              : Fault.WRONG_MAC.name();
    };
  }

  /** Nothing is proved but what the genuine mark says, for its id, its From and its Message-ID. */
  private static String slow(List<String> fields) {
    List<String> relaxed = fields.stream().map(OriginMarkFuzzTest::relaxed).toList();
    String prefix = NAME.toLowerCase(Locale.ROOT) + ":";
    List<String> marks = relaxed.stream().filter(field -> field.startsWith(prefix)).toList();
    if (marks.isEmpty()) {
      return "UNMARKED";
    }
    List<String> values =
        marks.stream().map(mark -> mark.substring(prefix.length()).replace(" ", "")).toList();
    List<String> former =
        values.stream()
            .map(value -> value.toLowerCase(Locale.ROOT))
            .filter(value -> value.matches("v=1;submitted=(yes|no)"))
            .toList();
    if (former.size() == marks.size()) {
      return "FORMER " + former.stream().allMatch(value -> value.endsWith("yes"));
    }
    if (marks.size() > 1) {
      return "SEVERAL_MARKS";
    }
    String value = values.getFirst();
    int at = relaxed.indexOf(marks.getFirst());
    if (!value.matches("v=2;submitted=(yes|no);author=[a-z]+;id=[^;]+;mac=[^;]+")
        || fields.get(at).length() > 400) {
      return "MALFORMED_MARK";
    }
    if (!relaxed.subList(0, at).stream().allMatch(f -> f.matches("(received|delivered-to):.*"))) {
      return "MISPLACED_MARK";
    }
    String id = value.replaceFirst(".*;id=", "").replaceFirst(";.*", "");
    String below = at + 1 < relaxed.size() ? relaxed.get(at + 1) : "";
    if (!below.startsWith("received:") || !below.contains(" id " + id + ";")) {
      return "WRONG_ID";
    }
    String genuine = relaxed(GENUINE).substring(prefix.length()).replace(" ", "");
    boolean same =
        value.equals(genuine)
            && named(relaxed, "from:").equals(List.of(relaxed(FROM)))
            && named(relaxed, "message-id:").equals(List.of(relaxed(MESSAGE_ID)));
    return same ? "true MATCH" : "WRONG_MAC";
  }

  private static List<String> named(List<String> relaxed, String prefix) {
    return relaxed.stream().filter(field -> field.startsWith(prefix)).toList();
  }

  /** RFC 6376 §3.4.2, by its words. */
  private static String relaxed(String field) {
    String unfolded = field.replace("\r\n", "").replaceAll("[ \t]+", " ").strip();
    int colon = unfolded.indexOf(':');
    return unfolded.substring(0, colon).strip().toLowerCase(Locale.ROOT)
        + ":"
        + unfolded.substring(colon + 1).strip();
  }
}
