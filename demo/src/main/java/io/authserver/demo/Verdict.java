package io.authserver.demo;

/**
 * What a verifier says of one signature.
 *
 * @param verifier its name, for a person
 * @param algorithm a= of the signature
 * @param domain d=
 * @param selector s=
 * @param result what it says
 * @param detail why it does not pass, or why it was not checked
 */
record Verdict(
    String verifier,
    String algorithm,
    String domain,
    String selector,
    Result result,
    String detail) {

  /** What a verifier can say. */
  enum Result {
    PASS,
    FAIL,
    NOT_CHECKED
  }

  /** Returns the verdict in the words of RFC 8601 where there is one. */
  @Override
  public String toString() {
    String signature = " d=" + domain + " s=" + selector + " a=" + algorithm;
    return switch (result) {
      case PASS -> "dkim=pass" + signature;
      case FAIL -> "dkim=fail" + signature + " (" + detail + ")";
      case NOT_CHECKED -> "not checked: the " + algorithm + " signature (" + detail + ")";
    };
  }
}
