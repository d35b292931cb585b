package io.authserver.smtp.testing;

import io.authserver.smtp.testing.ScriptedNextHop.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Sends messages through a daemon and compares what its next hop gets: fields on top, and then
 * every byte as it was sent.
 */
public final class Transparency {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final RawSmtpClient client;
  private final String recipient;
  private final ScriptedNextHop nextHop;
  private final Pattern added;

  /**
   * Uses a session.
   *
   * @param recipient to whom every message goes, in one copy
   * @param fields the names of the fields that the daemon adds
   */
  public Transparency(
      RawSmtpClient client, String recipient, ScriptedNextHop nextHop, String... fields) {
    this.client = client;
    this.recipient = recipient;
    this.nextHop = nextHop;
    this.added =
        Pattern.compile(
            "(?:(?:" + String.join("|", fields) + "): [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+");
  }

  /** Sends every odd message, and a large one, each after these fields. */
  public List<Message> checkOddities(String fields) throws IOException {
    List<Message> got = new ArrayList<>();
    List<byte[]> odd = new ArrayList<>(GeneratedMessages.oddities());
    odd.add(GeneratedMessages.withBody(new Random(1), 2_000_000));
    for (byte[] each : odd) {
      got.add(check(join(fields, each)));
    }
    return got;
  }

  /** Sends every file of the corpora that has no line ends but CRLF and LF. */
  public int checkCorpora() throws IOException {
    int sent = 0;
    for (Path file : Corpora.allFiles()) {
      byte[] message = Corpora.withCrlf(file);
      String text = new String(message, StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n") && !text.replace("\r\n", "").contains("\r")) {
        check(message);
        sent++;
      }
    }
    return sent;
  }

  /** Sends a message. */
  public Message check(byte[] message) throws IOException {
    return check(message, message);
  }

  /** Sends a message, of which the daemon takes something away. */
  public Message check(byte[] message, byte[] expected) throws IOException {
    int before = nextHop.messages().size();
    client.command("MAIL FROM:<a@sender.example>", "250");
    client.command("RCPT TO:<" + recipient + ">", "250");
    String reply = client.data(message);
    if (!reply.startsWith("250")) {
      throw new AssertionError(reply + " to " + shown(message));
    }
    Message got = nextHop.awaitMessages(before + 1, SOON).getLast();
    byte[] data = got.data();
    int top = data.length - expected.length;
    if (top < 0 || !Arrays.equals(data, top, data.length, expected, 0, expected.length)) {
      throw new AssertionError("sent " + shown(expected) + "\n got " + shown(data));
    }
    String fields = new String(data, 0, top, StandardCharsets.ISO_8859_1);
    if (!added.matcher(fields).matches()) {
      throw new AssertionError("added: " + fields);
    }
    return got;
  }

  /** Returns fields, in Latin-1, and a message after them. */
  public static byte[] join(String fields, byte[] message) {
    byte[] top = fields.getBytes(StandardCharsets.ISO_8859_1);
    byte[] joined = Arrays.copyOf(top, top.length + message.length);
    System.arraycopy(message, 0, joined, top.length, message.length);
    return joined;
  }

  private static String shown(byte[] message) {
    String text = new String(message, StandardCharsets.ISO_8859_1);
    return message.length + " bytes: " + text.substring(0, Math.min(2000, text.length()));
  }
}
