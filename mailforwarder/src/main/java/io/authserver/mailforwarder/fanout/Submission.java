package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a message was submitted to us, as the topmost Received field says: our own edge wrote it.
 */
final class Submission {
  /** With authentication: RFC 3848, and RFC 6531 §4.3 for UTF-8. */
  private static final Set<String> AUTHENTICATED =
      Set.of("esmtpa", "esmtpsa", "utf8smtpa", "utf8smtpsa");

  private Submission() {}

  static boolean isSubmitted(HeaderSection header) {
    HeaderField received = header.first("received");
    if (received == null) {
      return false;
    }
    List<String> words = words(new String(received.value(), StandardCharsets.ISO_8859_1));
    // RFC 5321 §4.4: [from X] by Y [via V] with P …; only a word in its place counts, because the
    // client chose X.
    int at = 0;
    if (is(words, at, "from")) {
      at += 2;
    }
    if (!is(words, at, "by")) {
      return false;
    }
    at += 2;
    if (is(words, at, "via")) {
      at += 2;
    }
    return is(words, at, "with")
        && at + 1 < words.size()
        && AUTHENTICATED.contains(words.get(at + 1).toLowerCase(Locale.ROOT));
  }

  private static boolean is(List<String> words, int at, String word) {
    return at < words.size() && words.get(at).equalsIgnoreCase(word);
  }

  /** Returns the words before the date, comments left out. */
  private static List<String> words(String value) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int depth = 0;
    for (int i = 0; i <= value.length(); i++) {
      char c = i < value.length() ? value.charAt(i) : ';';
      if (c == '\\' && depth > 0) {
        i++;
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && depth > 0) {
        depth--;
      }
      boolean separates = depth > 0 || c <= ' ' || c == ')' || c == ';';
      if (!separates) {
        word.append(c);
      } else if (!word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
      if (c == ';' && depth == 0) {
        break;
      }
    }
    return words;
  }
}
