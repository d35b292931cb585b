package io.authserver.dkim.sign;

import io.authserver.dkim.key.KeyAlgorithm;

/**
 * A signature that was made.
 *
 * @param signingDomain its SDID
 * @param selector its selector
 * @param algorithm with what
 */
public record SignatureInfo(String signingDomain, String selector, KeyAlgorithm algorithm) {}
