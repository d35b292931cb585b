package io.authserver.demo;

/** The demo cannot go on, for a reason that a person can read. */
final class DemoFailure extends Exception {
  private static final long serialVersionUID = 1;

  DemoFailure(String reason) {
    super(reason);
  }

  DemoFailure(String reason, Throwable cause) {
    super(reason, cause);
  }
}
