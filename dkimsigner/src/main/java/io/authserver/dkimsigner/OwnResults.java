package io.authserver.dkimsigner;

import io.authserver.smtp.address.ALabels;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes Authentication-Results fields that claim to be ours (RFC 8601 §5): whoever reads them
 * later would trust what anybody may have written. Safe for many threads.
 */
final class OwnResults {
  private static final String FIELD_NAME = "Authentication-Results";

  private final Set<String> identifiers = new HashSet<>();

  /**
   * Makes one.
   *
   * @param identifiers our authserv-ids, in any case; none removes nothing
   */
  OwnResults(List<String> identifiers) {
    identifiers.forEach(identifier -> this.identifiers.add(fold(identifier)));
  }

  /** Returns the message without such fields; the same object where it has none. */
  MessageBytes removeFrom(MessageBytes message) {
    return identifiers.isEmpty()
        ? message
        : MessageView.withoutFields(
            message, field -> field.isNamed(FIELD_NAME) && identifiers.contains(identifier(field)));
  }

  /**
   * Returns the authserv-id, folded: what stands before the version and the first semicolon (RFC
   * 8601 §2.2), comments and folds passed over, quotes undone. Empty where there is none. A text
   * that goes on without a break is another identifier, whatever ours is a prefix of.
   */
  static String identifier(HeaderField field) {
    byte[] bytes = field.value();
    String value = new String(bytes, StandardCharsets.UTF_8);
    int at = afterCommentsAndWhiteSpace(value);
    StringBuilder identifier = new StringBuilder();
    boolean quoted = at < value.length() && value.charAt(at) == '"';
    for (int i = quoted ? at + 1 : at; i < value.length(); i++) {
      char c = value.charAt(i);
      if (quoted ? c == '"' : " \t\r\n;(/".indexOf(c) >= 0) {
        break;
      }
      if (quoted
          && (c == '\r' || c == '\n')) { // RFC 5322 §3.2.4: a fold is not part of the content
        continue;
      }
      if (quoted && c == '\\' && i + 1 < value.length()) { // RFC 5322 §3.2.1 quoted-pair
        i++;
        c = value.charAt(i);
      }
      identifier.append(c);
    }
    return fold(identifier.toString());
  }

  private static int afterCommentsAndWhiteSpace(String value) {
    int depth = 0; // RFC 5322 §3.2.2: comments nest
    for (int at = 0; at < value.length(); at++) {
      char c = value.charAt(at);
      if (c == '(') {
        depth++;
      } else if (depth > 0 && c == ')') {
        depth--;
      } else if (depth > 0 && c == '\\') {
        at++;
      } else if (depth == 0 && " \t\r\n".indexOf(c) < 0) {
        return at;
      }
    }
    return value.length();
  }

  /** RFC 8601 §2.5: a domain as a rule, with U-labels where the message has UTF-8. */
  private static String fold(String identifier) {
    try {
      return ALabels.of(identifier);
    } catch (IllegalArgumentException e) {
      return identifier; // no domain, and so not in any case another's
    }
  }
}
