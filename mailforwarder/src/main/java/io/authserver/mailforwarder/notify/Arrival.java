package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import java.util.Arrays;

/**
 * A recipient for which success was asked to be told, and whose message nobody behind us tells
 * about: what was asked for ended here.
 *
 * @param expanded whether it was sent on to several addresses (RFC 3464 §2.3.3); else a list that
 *     sends under its own name has it, which is its delivery (RFC 3461 §5.2.7)
 */
public record Arrival(Recipient recipient, boolean expanded) implements Notice {
  /** Returns whether success was asked for: RFC 3461 §4.1. */
  public static boolean isAskedFor(RecipientParameters parameters) {
    String notifyOn = parameters.notifyOn();
    return notifyOn != null && Arrays.asList(notifyOn.split(",")).contains("SUCCESS");
  }

  /** An address of ours stands for others. */
  @Override
  public boolean ours() {
    return true;
  }
}
