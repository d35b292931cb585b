package io.authserver.smtp.server;

import static io.authserver.smtp.server.SmtpSessionTarget.require;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges a session by what went in and what came out, with a reading of its own of RFC 5321: the
 * input is taken apart by plain searches for CRLF and CRLF.CRLF, and every line and every message
 * must have exactly one reply, well-formed and possible for it. Hence nothing inside a message was
 * executed, and nothing outside was left out.
 */
final class SessionJudge {
  private static final Pattern REPLY =
      Pattern.compile("(?:([2-5]\\d\\d)-[ -~]{0,900}\r\n)*([2-5]\\d\\d) [ -~]{0,900}\r\n");
  private static final Pattern ENHANCED =
      Pattern.compile("([245])\\d\\d[ -]([245])\\.\\d{1,3}\\.\\d{1,3} .*");

  private static final Pattern METHOD =
      Pattern.compile("(?i:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PRI)(?: |\\z)");
  private static final Pattern REQUEST =
      Pattern.compile("[^ ]* .* HTTP/\\d(?:\\.\\d)?", Pattern.DOTALL);
  private static final Pattern FIELD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:(?:\\z|[^<])");

  /** What every limit of a command line lets pass. */
  private static final int SHORTEST_LINE = 512;

  /** The whole session in Latin-1. */
  private final String said;

  private final Iterator<String> replies;
  private final StrayLineEnds strayLineEnds;
  private final Iterator<byte[]> messages;
  private int at;

  /** Commands that nobody knows, since the last MAIL that was accepted. */
  private int unknown;

  SessionJudge(byte[] said, byte[] written, StrayLineEnds strayLineEnds, List<byte[]> messages) {
    this.said = new String(said, StandardCharsets.ISO_8859_1);
    this.replies = split(new String(written, StandardCharsets.ISO_8859_1)).iterator();
    this.strayLineEnds = strayLineEnds;
    this.messages = messages.iterator();
  }

  private static List<String> split(String written) {
    List<String> all = new ArrayList<>();
    Matcher matcher = REPLY.matcher(written);
    int at = 0;
    while (at < written.length()) {
      require(matcher.region(at, written.length()).lookingAt(), "not a reply: " + written);
      String reply = matcher.group();
      String code = reply.substring(0, 3);
      for (String line : reply.split("\r\n", -1)) {
        require(line.isEmpty() || line.startsWith(code), "codes differ: " + reply);
      }
      all.add(reply);
      at = matcher.end();
    }
    return all;
  }

  void judge() {
    String banner = reply("the banner");
    require(banner.startsWith("220 front.example ESMTP"), banner);
    boolean open = true;
    while (open) {
      if (said.startsWith("\u0016\u0003", at)) {
        String reply = reply("a record of TLS");
        require(reply.startsWith("421 4.7.0"), "TLS answered with " + reply);
        open = false;
        continue;
      }
      int end = said.indexOf("\r\n", at);
      if (end < 0) {
        break;
      }
      String line = said.substring(at, end);
      at = end + 2;
      String verb = verb(line);
      if (verb.equals("BDAT") && !replies.hasNext() && isCutOff(line)) {
        break;
      }
      String reply = reply(line);
      checkCode(verb, reply);
      checkProtocol(line, reply);
      countErrors(verb, reply);
      open = !reply.startsWith("221") && !reply.startsWith("421") && follow(verb, line, reply);
    }
    if (open && replies.hasNext()) {
      // Lines in error may have been too many with the last one.
      String last = replies.next();
      require(last.startsWith("421 4.7.0"), "a reply to nothing: " + last);
    }
    require(!replies.hasNext(), "replies after the end");
    require(!messages.hasNext(), "a message that no final dot ended");
  }

  private void countErrors(String verb, String reply) {
    if (verb.equals("MAIL") && reply.startsWith("250")) {
      unknown = 0;
    } else if (reply.matches("(?s)50[02].*") && !verb.matches("MAIL|RCPT")) {
      unknown++;
    }
    require(unknown <= 10, "an eleventh error without a MAIL");
  }

  /** A line of another protocol, and no other, ends the session as such. */
  private static void checkProtocol(String line, String reply) {
    String text = line.replaceFirst(" +\\z", "").split("[\\x00-\\x1f]", 2)[0];
    boolean method = METHOD.matcher(text).lookingAt();
    boolean request = REQUEST.matcher(text).matches();
    boolean field = FIELD.matcher(text).lookingAt();
    // Of an overlong line no more than its beginning is looked at.
    boolean isShort = line.length() <= SHORTEST_LINE;
    // RCPT commands that have come together are read as such.
    boolean must = method || (isShort && (field || (request && !verb(line).equals("RCPT"))));
    require(!must || reply.startsWith("421 4.7.0"), "another protocol: " + line);
    boolean may = method || field || request || !isShort;
    require(may || !reply.startsWith("421 4.7.0 this is not"), "SMTP was refused: " + line);
  }

  /** Goes over what belongs to the command and is no line; false where the session ends in it. */
  private boolean follow(String verb, String line, String reply) {
    if (reply.startsWith("354")) {
      require(verb.equals("DATA"), "354 to " + line);
      return data();
    }
    if (verb.equals("BDAT") && reply.startsWith("502")) {
      require(!isCutOff(line), "a reply to a chunk that was cut off");
      at += (int) chunkSize(line);
    }
    return true;
  }

  private boolean isCutOff(String line) {
    return chunkSize(line) > said.length() - at;
  }

  /** Returns the size that BDAT says, or -1 where none can be read. */
  private static long chunkSize(String line) {
    Matcher size = Pattern.compile("[^ ]+ +(\\d{1,18})(?: .*)?").matcher(line);
    return size.matches() ? Long.parseLong(size.group(1)) : -1;
  }

  private boolean data() {
    // RFC 5321 §4.1.1.4: the CRLF of the DATA command counts for a message that is empty.
    int end = said.startsWith(".\r\n", at) ? at : said.indexOf("\r\n.\r\n", at);
    if (end < 0) {
      return false;
    }
    boolean empty = end == at && said.startsWith(".\r\n", at);
    String wire = empty ? "" : said.substring(at, end + 2);
    at = empty ? at + 3 : end + 5;
    String reply = reply("the final dot");
    checkCode("data", reply);
    boolean stray = wire.replace("\r\n", "").matches("(?s).*[\r\n].*");
    if (stray && strayLineEnds == StrayLineEnds.REFUSE) {
      require(reply.startsWith("550 5.6.11"), reply);
      return true;
    }
    boolean refusedByFront =
        reply.startsWith("552 5.3.4")
            || reply.startsWith("554 5.6.0 line")
            || reply.startsWith("554 5.4.6")
            || reply.startsWith("452 4.3.1");
    if (!refusedByFront) {
      require(messages.hasNext(), "not handed over, but answered with " + reply);
      String handed = new String(messages.next(), StandardCharsets.ISO_8859_1);
      require(handed.equals(cleaned(wire)), "not the bytes that were sent");
      require(!handed.replace("\r\n", "").matches("(?s).*[\r\n].*"), "a bare CR or LF");
    }
    return true;
  }

  /** Undoes dot-stuffing; a bare LF becomes CRLF, a bare CR a space. */
  private static String cleaned(String wire) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String line : wire.split("\r\n", -1)) {
      String text = line.startsWith(".") ? line.substring(1) : line;
      out.writeBytes(
          (text.replace("\r", " ").replace("\n", "\r\n") + "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
    }
    String all = out.toString(StandardCharsets.ISO_8859_1);
    // split() gives one more after the last CRLF.
    return all.substring(0, all.length() - 2);
  }

  private static String verb(String line) {
    int space = line.indexOf(' ');
    String verb = space < 0 ? line : line.substring(0, space);
    return verb.chars().allMatch(c -> c > 0x20 && c < 0x7f) ? verb.toUpperCase(Locale.ROOT) : "";
  }

  private static void checkCode(String verb, String reply) {
    String codes =
        switch (verb) {
          case "EHLO", "HELO" -> "250|500|501|421";
          case "MAIL" -> "250|451|452|500|501|503|550|552|553|555|421";
          case "RCPT" -> "250|451|452|500|501|503|550|553|555|421";
          case "DATA" -> "354|500|501|503|554|421";
          case "data" -> "250|451|452|550|552|554|421";
          case "RSET" -> "250|500|501|421";
          case "NOOP" -> "250|500|421";
          case "VRFY" -> "252|500|501|421";
          case "HELP" -> "214|500|421";
          case "QUIT" -> "221|500|501|421";
          case "BDAT" -> "421|500|502";
          default -> "421|500|501|502|503|554";
        };
    require(reply.substring(0, 3).matches(codes), verb + " answered with " + reply);
    // The reply to a failure of the session's own code: whatever it was, it is a bug.
    require(!reply.startsWith("421 4.3.0"), "an exception ended the session");
    boolean greeting = verb.equals("EHLO") || verb.equals("HELO");
    if (reply.startsWith("354") || (greeting && !reply.startsWith("500"))) {
      return;
    }
    // RFC 2034 §4: an enhanced status code of the same class in every line.
    for (String line : reply.strip().split("\r\n", -1)) {
      Matcher matcher = ENHANCED.matcher(line);
      require(matcher.matches() && matcher.group(1).equals(matcher.group(2)), "status: " + reply);
    }
  }

  private String reply(String to) {
    require(replies.hasNext(), "no reply to " + to);
    return replies.next();
  }
}
