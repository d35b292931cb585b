package io.authserver.dkimsigner;

import io.authserver.smtp.address.ALabels;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.MessageView;
import java.io.ByteArrayOutputStream;
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

  /** What is longer is nobody's identifier. */
  private static final int MOST_BYTES = 4096;

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
   * 8601 §2.2), comments and folds passed over, quotes undone. Empty where there is none, or one of
   * more than {@link #MOST_BYTES}. A text that goes on without a break is another identifier,
   * whatever ours is a prefix of.
   */
  static String identifier(HeaderField field) {
    byte[] source = field.source();
    int end = field.valueEnd();
    int at = afterCommentsAndWhiteSpace(source, field.valueStart(), end);
    ByteArrayOutputStream identifier = new ByteArrayOutputStream();
    boolean quoted = at < end && source[at] == '"';
    for (int i = quoted ? at + 1 : at; i < end; i++) {
      byte b = source[i];
      if (quoted ? b == '"' : " \t\r\n;(/".indexOf(b) >= 0) {
        break;
      }
      if (quoted
          && (b == '\r' || b == '\n')) { // RFC 5322 §3.2.4: a fold is not part of the content
        continue;
      }
      if (quoted && b == '\\' && i + 1 < end) { // RFC 5322 §3.2.1 quoted-pair
        i++;
        b = source[i];
      }
      if (identifier.size() == MOST_BYTES) {
        return "";
      }
      identifier.write(b);
    }
    return fold(identifier.toString(StandardCharsets.UTF_8));
  }

  private static int afterCommentsAndWhiteSpace(byte[] source, int start, int end) {
    int depth = 0; // RFC 5322 §3.2.2: comments nest
    for (int at = start; at < end; at++) {
      byte b = source[at];
      if (b == '(') {
        depth++;
      } else if (depth > 0 && b == ')') {
        depth--;
      } else if (depth > 0 && b == '\\') {
        at++;
      } else if (depth == 0 && " \t\r\n".indexOf(b) < 0) {
        return at;
      }
    }
    return end;
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
