package io.authserver.mailforwarder.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.notify.Addressees.Addressee;
import io.authserver.mailforwarder.notify.NotificationComposer.Original;
import io.authserver.mailforwarder.resolve.Keepers;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.reply.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reports about messages that nobody thought of: whatever header came, the report is 7-bit mail of
 * three parts with our own fields alone on top, and nothing of the message's body is in it.
 */
final class NotificationFuzzTest {
  private static final int MESSAGES = 500;
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Mailbox OWNER = Mailbox.parse("owner@ours.example");
  private static final String BODY = "the body that nobody else reads";
  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"([^\"]+)\"");

  /** What a header is made of; cut and put together at random. */
  private static final List<String> PIECES =
      List.of(
          "Subject: hello\r\n",
          "Received: from a by b; now\r\n",
          "Bcc: victim@far.example\r\n",
          "To: =?utf-8?q?x?=\r\n Bcc: folded@far.example\r\n",
          "Content-Type: multipart/mixed; boundary=\"x\"\r\n",
          "--x\r\n",
          "--x--\r\n",
          "------=_Part_0_1.1\r\n",
          ".\r\n",
          "..\r\n",
          "From \r\n",
          "no colon here\r\n",
          ":\r\n",
          " \t continued\r\n",
          "X-Long: " + "y".repeat(2000) + "\r\n",
          "X-Eight: caf\u00e9 \ud83d\ude00\r\n",
          "X-Equals: =0D=0ABcc: q@far.example=\r\n",
          "Auto-Submitted: no\r\n",
          "Message-ID: <x@y>\r\n");

  private final NotificationComposer composer =
      new NotificationComposer("mx.ours.example", () -> new UUID(1, 2));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyReportIsSevenBitMailOfOurOwn(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < MESSAGES; i++) {
      boolean cut = random.nextBoolean();
      byte[] header = header(random, cut);
      ByteArrayOutputStream message = new ByteArrayOutputStream();
      message.writeBytes(header);
      if (!cut) {
        message.writeBytes(("\r\n" + BODY + "\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      Sender sender =
          new Sender(
              new ReversePath.Address(Mailbox.parse("x@out.example")),
              new MailParameters(
                  -1, null, random.nextBoolean(), random.nextBoolean() ? "FULL" : null, "e+0D+0A"));
      Original original =
          new Original(
              sender, MessageBytes.of(message.toByteArray()), NOW, random.nextBoolean(), cut);
      List<Refusal> refusals = refusals(random);
      byte[] report =
          composer.compose(
              new Addressee(OWNER, true),
              refusals,
              random.nextInt(2),
              withSevenBits(original),
              NOW);
      check(new String(report, StandardCharsets.ISO_8859_1), seed + " " + i);
    }
  }

  /** Only who asked for all of an 8-bit message gets one, and he is the sender. */
  private static Original withSevenBits(Original original) {
    return new Original(
        original.sender(), original.message(), original.arrived(), false, original.cut());
  }

  private static byte[] header(Random random, boolean cut) {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    int pieces = random.nextInt(12);
    for (int i = 0; i < pieces; i++) {
      byte[] piece =
          PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8).clone();
      for (int j = random.nextInt(4); j > 0 && random.nextInt(3) == 0; j--) {
        int at = random.nextInt(piece.length);
        byte b = (byte) random.nextInt(256);
        // Lines end with CRLF alone when they come here, and the first empty one ends the header.
        boolean lineEnd = b == '\r' || b == '\n' || piece[at] == '\r' || piece[at] == '\n';
        piece[at] = lineEnd ? piece[at] : b;
      }
      header.writeBytes(piece);
    }
    byte[] bytes = header.toByteArray();
    if (!cut || random.nextBoolean()) {
      return bytes;
    }
    int length = random.nextInt(bytes.length + 1);
    return Arrays.copyOf(bytes, length > 0 && bytes[length - 1] == '\r' ? length - 1 : length);
  }

  private static List<Refusal> refusals(Random random) {
    List<Refusal> refusals = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      byte[] words = new byte[random.nextInt(1200)];
      random.nextBytes(words);
      Reply reply =
          Reply.foreign(
              550,
              List.of(
                  "5.1.1 " + new String(words, StandardCharsets.ISO_8859_1).replace('\0', ' ')));
      String orcpt = random.nextBoolean() ? "rfc822;a+0D+0ABcc:+20x@y" : null;
      refusals.add(
          new Refusal(
              new Recipient(
                  new ForwardPath.Address(
                      Mailbox.parse(
                          random.nextBoolean() ? "a@ours.example" : "\"a\\\"b\"@ours.example")),
                  new RecipientParameters(null, orcpt)),
              true,
              random.nextBoolean()
                  ? Optional.of(Mailbox.parse("caf\u00e9@far.example"))
                  : Optional.empty(),
              Keepers.NONE,
              reply,
              random.nextBoolean()));
    }
    return refusals;
  }

  private static void check(String report, String which) {
    assertTrue(report.chars().allMatch(c -> c < 0x80 && c != 0), which + ": 7 bits");
    String withoutEnds = report.replace("\r\n", "");
    assertFalse(withoutEnds.contains("\r") || withoutEnds.contains("\n"), which + ": line ends");
    for (String line : report.split("\r\n", -1)) {
      assertTrue(line.length() <= 998, which + ": a line of " + line.length());
    }
    assertFalse(report.contains(BODY), which + ": the body");
    int end = report.indexOf("\r\n\r\n");
    String top = report.substring(0, end + 2);
    List<String> names = new ArrayList<>();
    for (String line : top.strip().split("\r\n", -1)) {
      if (!line.startsWith(" ") && !line.startsWith("\t")) {
        names.add(line.substring(0, line.indexOf(':')));
      }
    }
    names.sort(null);
    assertEquals(
        List.of(
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To"),
        names,
        which);
    Matcher boundary = BOUNDARY.matcher(top);
    assertTrue(boundary.find(), which);
    String[] parts =
        report.substring(end + 2).split("\r\n--" + Pattern.quote(boundary.group(1)), -1);
    assertEquals(5, parts.length, which + ": nothing, three parts, the end");
    assertEquals("--\r\n", parts[4], which);
    assertEquals(
        Set.of(true), Set.of(parts[3].contains("Content-Type: text/rfc822-headers")), which);
  }
}
