package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.Recipient;

/** Something that somebody is told about a recipient. */
public sealed interface Notice permits Refusal, Arrival {
  /** Returns what our client asked for. */
  Recipient recipient();

  /** Returns whether its domain is ours, so that the notification may speak in its name. */
  boolean ours();
}
