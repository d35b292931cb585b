package io.authserver.dkim.sign;

/**
 * A key that could not sign; the other keys did.
 *
 * @param signingDomain its SDID
 * @param selector its selector
 * @param cause what went wrong; shows nothing of the key
 */
public record KeyFailure(String signingDomain, String selector, Exception cause) {}
