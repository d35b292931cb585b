package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a message was submitted to us, as the topmost Received field says: our own edge wrote it.
 *
 * <p>The client chose some of its words, in its greeting and in the name of its address. An edge
 * that lets white space or parentheses through could be made to write what looks like another
 * field; so each word of the grammar counts once or not at all, and doubt means no.
 */
final class Submission {
  /** With authentication: RFC 3848, and RFC 6531 §4.3 for UTF-8. */
  private static final Set<String> AUTHENTICATED =
      Set.of("esmtpa", "esmtpsa", "utf8smtpa", "utf8smtpsa");

  /** What our edge writes is shorter, whatever the client's name and the addresses are. */
  static final int MOST_BYTES = 4096;

  private Submission() {}

  static boolean isSubmitted(HeaderSection header) {
    HeaderField received = header.first("received");
    if (received == null || received.length() > MOST_BYTES) {
      return false;
    }
    List<String> words = words(new String(received.value(), StandardCharsets.ISO_8859_1));
    if (count(words, "by") != 1 || count(words, "with") != 1) {
      return false;
    }
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
        && AUTHENTICATED.contains(AsciiCase.lower(words.get(at + 1)));
  }

  private static long count(List<String> words, String word) {
    return words.stream().filter(each -> AsciiCase.equal(each, word)).count();
  }

  private static boolean is(List<String> words, int at, String word) {
    return at < words.size() && AsciiCase.equal(words.get(at), word);
  }

  /**
   * Returns the words before the date, comments left out; none of a field whose comments do not
   * close or that has more than one place where the date could begin.
   */
  private static List<String> words(String value) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int depth = 0;
    int dates = 0;
    for (int i = 0; i <= value.length(); i++) {
      char c = i < value.length() ? value.charAt(i) : ' ';
      if (c == '\\' && depth > 0) {
        i++;
        continue;
      }
      if (c == ')' && depth == 0) {
        return List.of();
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      dates += c == ';' && depth == 0 ? 1 : 0;
      if (depth > 0 || c <= ' ' || c == ')' || c == ';') {
        if (!word.isEmpty() && dates == (c == ';' ? 1 : 0)) {
          words.add(word.toString());
        }
        word.setLength(0);
      } else {
        word.append(c);
      }
    }
    return depth == 0 && dates <= 1 ? words : List.of();
  }
}
