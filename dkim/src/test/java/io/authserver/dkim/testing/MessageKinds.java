package io.authserver.dkim.testing;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** One message of each kind that a signer meets. */
public final class MessageKinds {
  private static final String BASE =
      """
      From: Alice <alice@example.org>
      To: bob@example.net
      Subject: hello
      Date: Fri, 21 Nov 2026 09:55:06 -0600
      Message-ID: <1@example.org>
      """
          .replace("\n", "\r\n");

  private MessageKinds() {}

  /** Returns the messages by name. */
  public static Map<String, byte[]> all() {
    Map<String, byte[]> kinds = new LinkedHashMap<>();
    put(kinds, "plain", BASE + "\r\nHello Bob,\r\n\r\nhow are you?\r\n");
    bodies(kinds);
    headers(kinds);
    return kinds;
  }

  private static void bodies(Map<String, byte[]> kinds) {
    put(kinds, "empty-body", BASE + "\r\n");
    put(kinds, "no-separator", BASE);
    put(kinds, "blank-lines-only", BASE + "\r\n\r\n\r\n\r\n");
    put(kinds, "white-space-only", BASE + "\r\n  \r\n\t\r\n");
    put(kinds, "no-final-crlf", BASE + "\r\nlast line");
    put(kinds, "no-final-crlf-blank", BASE + "\r\nlast line \t");
    put(kinds, "trailing-blanks", BASE + "\r\none  \r\ntwo\t\r\n\tthree\t four\r\n \r\n\r\n");
    put(kinds, "leading-blank-lines", BASE + "\r\n\r\n\r\ntext\r\n\r\n\r\n");
    put(kinds, "long-lines", BASE + "\r\n" + ("word  " + "x".repeat(9994) + "\r\n").repeat(20));
    put(kinds, "dots", BASE + "\r\n.\r\n..\r\n.a\r\n");
    put(kinds, "one-blank", BASE + "\r\n \r\n");
    put(kinds, "one-crlf", BASE + "\r\n\r\n");
    put(kinds, "blank-lines-with-blanks-last", BASE + "\r\ntext\r\n \r\n\t \r\n\r\n  \r\n");
    put(kinds, "blanks-before-text", BASE + "\r\n \r\n\t\t\r\n   text\r\n");
    put(kinds, "looks-like-fields", BASE + "\r\nFrom: b@x.example\r\n\r\nFrom: c@x.example\r\n");
    put(kinds, "nul", BASE + "\r\na\0b\r\n");
    put(kinds, "large", BASE + "\r\n" + "0123456789 abcdefghijklmnopqrstuvwxyz\r\n".repeat(27000));
    put(
        kinds,
        "eight-bit",
        BASE
            + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe  \u00e9\u00a0\r\n");
    put(
        kinds,
        "multipart",
        BASE
            + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary=\"b\"\r\n\r\n"
            + "preamble\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n");
  }

  private static void headers(Map<String, byte[]> kinds) {
    String body = "\r\ntext\r\n";
    put(kinds, "latin-1-field", BASE.replace("hello", "gr\u00fc\u00dfe \u00e9") + body);
    kinds.put(
        "utf-8-field",
        (BASE.replace("hello", "gr\u00fc\u00dfe \u4e16\u754c") + body)
            .getBytes(StandardCharsets.UTF_8));
    put(kinds, "folds", BASE.replace("hello", "\r\n  hello\r\n\tthere  \r\n   again ") + body);
    put(kinds, "fold-of-blanks", BASE.replace("hello", "hello\r\n \r\n\t") + body);
    put(kinds, "empty-fields", BASE.replace("hello", "") + "Cc:\r\nReply-To:  \r\n" + body);
    put(kinds, "space-before-colon", BASE.replace("Subject:", "Subject \t:") + body);
    put(kinds, "tab-after-colon", BASE.replace(": ", ":\t") + body);
    put(kinds, "nothing-but-colons", BASE.replace("hello", "::: : :") + "Comments::\r\n" + body);
    put(kinds, "trailing-fold", BASE.replace("hello", "hello \t\r\n  ") + body);
    put(kinds, "many-folds", BASE.replace("hello", "a\r\n b".repeat(1000)) + body);
    put(
        kinds,
        "encoded-words",
        BASE.replace("hello", "=?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n =?x?=") + body);
    put(
        kinds,
        "group-author",
        BASE.replace("Alice <alice@example.org>", "A: a@example.org;") + body);
    put(
        kinds,
        "quoted-author",
        BASE.replace("Alice", "\"A, \\\"l; \r\n\t(x\"").replace("alice@", "\"a b\"(c)@") + body);
    kinds.put(
        "utf-8-author",
        (BASE.replace("Alice <alice@", "\u30a2\u30ea\u30b9 <\u30a2\u30ea@") + body)
            .getBytes(StandardCharsets.UTF_8));
    put(kinds, "latin-1-author", BASE.replace("Alice", "J\u00fcrgen") + body);
    put(
        kinds,
        "earlier-signatures",
        String.join(
                "\r\n",
                "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example;",
                "\ts=s;  b=AAAA",
                "ARC-Authentication-Results: i=1;  x.example; dkim=pass",
                "Authentication-Results: x.example; dkim=pass",
                BASE)
            + "Sender: list@x.example\r\n"
            + body);
    put(kinds, "no-space-after-colon", BASE.replace(": ", ":") + body);
    put(kinds, "odd-case", BASE.replace("Subject", "sUBJECT").replace("From", "FROM") + body);
    put(
        kinds,
        "duplicated-fields",
        "Subject: first\r\n"
            + BASE
            + "Subject: third\r\nTo: c@example.net\r\nTo:d@x.example\r\n"
            + body);
    put(kinds, "bare-minimum", "From: alice@example.org\r\n" + body);
    put(
        kinds,
        "list-mail",
        BASE
            + "List-Id: <l.example.org>\r\n"
            + "List-Unsubscribe: <https://example.org/u>\r\n"
            + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            + "List-Post: <mailto:l@x.example>\r\n"
            + "Reply-To: l@example.org\r\n"
            + "In-Reply-To: <0@x.example>\r\n"
            + "References: <0@x.example>\r\n"
            + "Resent-From: c@x.example\r\n"
            + "Resent-Date: Fri, 21 Nov 2026 10:55:06 -0600\r\n"
            + "Sender: l-bounces@example.org\r\n"
            + "Received: from a by b; Fri, 21 Nov 2026 09:55:06 -0600\r\n"
            + body);
    StringBuilder recipients = new StringBuilder("Cc: a@example.net");
    while (recipients.length() < 500_000) {
      recipients.append(",\r\n recipient").append(recipients.length()).append("@example.net");
    }
    put(kinds, "field-of-500-kb", BASE + recipients + "\r\n" + body);
    put(
        kinds,
        "line-of-500-kb",
        BASE + "References: " + "<1@x.example> ".repeat(35_000) + "\r\n" + body);
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      fields.append("X-Field-").append(i).append(": ").append(i).append("\r\n");
    }
    put(kinds, "fields-2000", fields + BASE + body);
    put(kinds, "same-field-2000", "References: <1@x.example>\r\n".repeat(2000) + BASE + body);
  }

  /** Returns messages made by chance, always the same for a seed. */
  public static Map<String, byte[]> generated(long seed, int count) {
    return generated("generated-", seed, count, "\u00e9", "\0");
  }

  /** Returns messages as {@link #generated}, but of printable ASCII. */
  public static Map<String, byte[]> generatedAscii(long seed, int count) {
    return generated("ascii-", seed, count, "e", "0");
  }

  private static Map<String, byte[]> generated(
      String prefix, long seed, int count, String eightBit, String nul) {
    Random random = new Random(seed);
    Map<String, byte[]> messages = new LinkedHashMap<>();
    String[] names = {
      "To", "Cc", "subject", "Date", "MESSAGE-ID", "X-Other", "Comments", "Reply-To"
    };
    String[] pieces = {
      " ", " ", "\t", "  ", "\r\n ", "word", "a@x.example", eightBit, ":", ";", "=", ","
    };
    String[] texts = {" ", "\t", "\r\n", "\r\n", "word", "Word.", eightBit, "--", ".", nul};
    for (int i = 0; i < count; i++) {
      StringBuilder message = new StringBuilder("From: a@example.org\r\n");
      for (int fields = random.nextInt(12); fields > 0; fields--) {
        message.append(names[random.nextInt(names.length)]).append(':').append("v");
        message.append(chosen(random, pieces, random.nextInt(15))).append("v\r\n");
      }
      message.append("\r\n").append(chosen(random, texts, random.nextInt(80)));
      put(messages, prefix + i, message.append("\r\n").toString());
    }
    return messages;
  }

  private static String chosen(Random random, String[] from, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(from[random.nextInt(from.length)]);
    }
    return text.toString();
  }

  private static void put(Map<String, byte[]> kinds, String name, String message) {
    kinds.put(name, message.getBytes(StandardCharsets.ISO_8859_1));
  }
}
