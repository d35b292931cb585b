package io.authserver.dkim.verify;

/** A signature that cannot pass; the reason becomes its verdict. Never leaves the package. */
final class SignatureRejected extends Exception {
  private static final long serialVersionUID = 1L;
  private final VerificationReason reason;

  SignatureRejected(VerificationReason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  VerificationReason reason() {
    return reason;
  }

  String detail() {
    String detail = getMessage();
    return detail == null ? "" : detail;
  }
}
