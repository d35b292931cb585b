package io.authserver.mailforwarder.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Header sections made of pieces are read as a second, slow reading has them. */
final class SubmissionReadingTest {
  private static final Set<String> EDGE = Set.of("mx.ours.example", "[192.0.2.1]");
  private static final Set<String> OURS = Set.of("mx.ours.example", "192.0.2.1", "fw.ours.example");
  private static final EdgeNames NAMES = EdgeNames.of(List.copyOf(EDGE), "fw.ours.example");
  private static final Set<String> THIS_HOST =
      Set.of("[local]", "[127.0.0.1]", "[127.200.3.4]", "[::1]", "[IPv6:::1]");
  private static final List<String> PIECES =
      List.of(
          "from",
          "by",
          "with",
          "via",
          "id",
          "for",
          "By",
          "WITH",
          ";",
          "(",
          ")",
          "\\",
          "\"",
          ",",
          "pc",
          "localhost",
          "mx.ours.example",
          "MX.Ours.Example",
          "fw.ours.example",
          "[192.0.2.1]",
          "b.far.example",
          "ESMTPA",
          "ESMTPSA",
          "ESMTP",
          "ESMTPS",
          "utf8smtpa",
          "auth=yes",
          "user=alice",
          "user=",
          "(localhost [127.0.0.1])",
          "(x [local])",
          "([::1])",
          "([IPv6:::1])",
          "(y [192.0.2.66])",
          "([127.200.3.4] [192.0.2.66])",
          "(HELO [127.0.0.1])",
          "(Postfix, from userid 33)",
          "(TLS (x))",
          "(\\))",
          "date",
          "<a@b>");
  private static final List<String> TEMPLATES =
      List.of(
          "from pc (localhost [127.0.0.1]) by mx.ours.example (OpenSMTPD) with ESMTP id 1 ; date",
          "from localhost (mx.ours.example [local]) by mx.ours.example with ESMTPA id 1 ; date",
          "from pc (pc [192.0.2.66]) by mx.ours.example with ESMTPSA id 1 (T) auth=yes user=alice"
              + " for <a@b> ; date",
          "from pc (pc [192.0.2.66]) by mx.ours.example with ESMTP id 1 for <a@b> ; date",
          "by mx.ours.example (Postfix, from userid 33) id 1 ; date",
          "by [192.0.2.1] via tcp with UTF8SMTPSA",
          "from a by b.far.example with ESMTPA id 2 ; date");

  private final Random random = new Random(20_261_130);

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String field() {
    List<String> pieces = new ArrayList<>(List.of(any(TEMPLATES).split(" ", -1)));
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(pieces.size());
      switch (random.nextInt(3)) {
        case 0 -> pieces.add(at, any(PIECES));
        case 1 -> pieces.set(at, any(PIECES));
        default -> {
          if (pieces.size() > 1) {
            pieces.remove(at);
          }
        }
      }
    }
    StringBuilder value = new StringBuilder();
    for (String piece : pieces) {
      value.append(piece).append(any(List.of(" ", " ", " ", "\r\n\t", "  ", "")));
    }
    return value.toString();
  }

  @Test
  void bothReadingsAgree() {
    int submitted = 0;
    int logins = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder header = new StringBuilder();
      for (int fields = random.nextInt(3); fields >= 0; fields--) {
        header.append(any(List.of("Received:", "RECEIVED :", "received: ", "Subject: ")));
        header.append(field()).append("\r\n");
      }
      Submission slow = slow(header.toString());
      Submission read =
          Submission.of(
              HeaderSection.of(header.toString().getBytes(StandardCharsets.ISO_8859_1)), NAMES);
      assertEquals(slow, read, header.toString());
      submitted += read.submitted() ? 1 : 0;
      logins += read.login().isPresent() ? 1 : 0;
    }
    assertTrue(submitted > 600, submitted + " submitted");
    assertTrue(logins > 60, logins + " logins");
  }

  // ---- the slow reading: regular expressions where the other walks, lists where it matches

  private static Submission slow(String header) {
    List<String> received = new ArrayList<>();
    for (String field : header.split("\r\n(?![ \t])", -1)) {
      if (lower(field).matches("(?s)received[ \t]*:.*")) {
        received.add(field.substring(field.indexOf(':') + 1));
      }
    }
    if (received.isEmpty()) {
      return Submission.NONE;
    }
    List<String> comments = new ArrayList<>();
    String rest = received.getFirst();
    Matcher innermost = Pattern.compile("(?s)\\((?:[^()\\\\]|\\\\.)*\\)").matcher(rest);
    while (innermost.find()) {
      comments.add(innermost.group());
      rest = innermost.replaceFirst(" {" + (comments.size() - 1) + "} ");
      innermost.reset(rest);
    }
    if (rest.matches("(?s).*[()].*") || rest.replaceAll("[^;]", "").length() > 1) {
      return Submission.NONE;
    }
    List<String> all = new ArrayList<>(List.of(rest.split(";", -1)[0].strip().split("\\s+", -1)));
    List<String> words = new ArrayList<>(all);
    words.removeIf(word -> word.startsWith("{"));
    boolean below = received.stream().skip(1).anyMatch(SubmissionReadingTest::isOurs);
    boolean only = received.size() == 1;
    if (isPostfix(all, comments)) {
      return new Submission(only && EDGE.contains(lower(all.get(1))), Optional.empty());
    }
    int by = words.size() > 2 && lower(words.getFirst()).equals("from") ? 2 : 0;
    int with = words.size() > by + 2 && lower(words.get(by + 2)).equals("via") ? by + 4 : by + 2;
    if (words.size() < with + 2
        || !lower(words.get(by)).equals("by")
        || !lower(words.get(with)).equals("with")
        || words.stream().filter(word -> lower(word).equals("by")).count() > 1
        || words.stream().filter(word -> lower(word).equals("with")).count() > 1
        || !EDGE.contains(lower(words.get(by + 1)))) {
      return Submission.NONE;
    }
    String client = client(all, comments);
    if (lower(words.get(with + 1)).matches("(esmtp|utf8smtp)s?a") && !client.equals("[local]")) {
      return below ? Submission.NONE : new Submission(true, login(all));
    }
    return only && THIS_HOST.contains(client)
        ? new Submission(true, Optional.empty())
        : Submission.NONE;
  }

  private static boolean isOurs(String value) {
    List<String> words = List.of(value.split("[\\s();,\"]+", -1));
    for (int i = 1; i < words.size(); i++) {
      String name = lower(words.get(i)).replaceFirst("^\\[(.*)\\]$", "$1");
      if (lower(words.get(i - 1)).equals("by") && OURS.contains(name)) {
        return true;
      }
    }
    return false;
  }

  private static String comment(String word, List<String> comments) {
    String text = comments.get(Integer.parseInt(word.substring(1, word.length() - 1)));
    return text.substring(1, text.length() - 1);
  }

  private static boolean isPostfix(List<String> all, List<String> comments) {
    return (all.size() == 5 || (all.size() == 7 && lower(all.get(5)).equals("for")))
        && lower(all.get(0)).equals("by")
        && all.stream().filter(word -> word.startsWith("{")).count() == 1
        && all.get(2).startsWith("{")
        && comment(all.get(2), comments).equals("Postfix, from userid 33")
        && lower(all.get(3)).equals("id");
  }

  private static String client(List<String> all, List<String> comments) {
    if (all.size() < 4
        || !lower(all.get(0)).equals("from")
        || all.get(1).startsWith("{")
        || !all.get(2).startsWith("{")
        || !lower(all.get(3)).equals("by")) {
      return "";
    }
    String text = comment(all.get(2), comments);
    List<String> parts = List.of(text.split("\\s+", -1));
    boolean plain = parts.size() < 3 && !text.contains("\\") && !text.contains("{");
    return plain && !lower(parts.getFirst()).equals("helo") ? parts.getLast() : "";
  }

  private static Optional<String> login(List<String> all) {
    List<String> rest = new ArrayList<>(all);
    while (!lower(rest.removeFirst()).equals("with")) {
      // what stands before it says nothing of a login
    }
    if (rest.size() < 5
        || rest.get(0).startsWith("{")
        || !lower(rest.get(1)).equals("id")
        || rest.get(2).startsWith("{")) {
      return Optional.empty();
    }
    rest.subList(0, 3).clear();
    while (!rest.isEmpty() && rest.getFirst().startsWith("{")) {
      rest.removeFirst();
    }
    boolean ends =
        rest.size() == 2
            || (rest.size() == 4
                && lower(rest.get(2)).equals("for")
                && !rest.get(3).startsWith("{"));
    return ends
            && lower(rest.getFirst()).equals("auth=yes")
            && rest.get(1).startsWith("user=")
            && rest.get(1).length() > 5
        ? Optional.of(rest.get(1).substring(5))
        : Optional.empty();
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
