package io.authserver.admin.explain;

import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.ReversePath;
import java.util.regex.Pattern;

/**
 * How reverse-paths are written down.
 *
 * @param secretKnown whether the hashes are the daemon's; else only the shape of an address is
 *     shown
 */
public record SrsText(boolean secretKnown) {
  private static final Pattern HASH = Pattern.compile("^(SRS[01][-+=])[^=]*");

  /** Returns a reverse-path with its brackets. */
  public String of(ReversePath path) {
    if (secretKnown || !(path instanceof ReversePath.Address(Mailbox mailbox))) {
      return path.toString();
    }
    String local = HASH.matcher(mailbox.localPart()).replaceFirst("$1????");
    return "<" + new Mailbox(local, mailbox.domain()) + ">";
  }
}
