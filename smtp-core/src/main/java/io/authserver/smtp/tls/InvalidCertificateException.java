package io.authserver.smtp.tls;

import java.io.IOException;
import java.util.List;

/** A certificate and its private key cannot be used; the problems name files, never content. */
public final class InvalidCertificateException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  InvalidCertificateException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems, at least one, a line each. */
  public List<String> problems() {
    return problems;
  }
}
