package io.authserver.mailforwarder.fanout;

/** Which of the configured next hops a copy goes to. */
public enum Route {
  /** What is passed on as it came. */
  LOCAL_DELIVERY,
  /** What is forwarded by a list, a redirect or SRS. */
  REMOTE_RELAY,
  /** Submitted mail of a domain that may use it. */
  TRANSACTIONAL_RELAY
}
