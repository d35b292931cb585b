package io.authserver.dkim.key;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Signature objects of one key, used again: to look one up and to hand it the key costs as much as
 * the rest of a small message apart from the signature itself. Bounded; safe for many threads, each
 * of which has an object to itself while it signs.
 */
final class SignaturePool {
  /** More than carry virtual threads on most machines; what is over is made and thrown away. */
  private static final int MOST = 16;

  private final Maker maker;
  private final PrivateKey key;
  private final BlockingQueue<Signature> idle = new ArrayBlockingQueue<>(MOST);

  /** Makes an object without a key. */
  @FunctionalInterface
  interface Maker {
    /** Makes it. */
    Signature make() throws GeneralSecurityException;
  }

  SignaturePool(Maker maker, PrivateKey key) {
    this.maker = maker;
    this.key = key;
  }

  /** Signs bytes, in this order. */
  byte[] sign(byte[]... parts) throws GeneralSecurityException {
    Signature signature = idle.poll();
    if (signature == null) {
      signature = maker.make();
      signature.initSign(key);
    }
    for (byte[] part : parts) {
      signature.update(part);
    }
    // Afterwards it is as initSign left it. One that failed is not kept: it may hold some of the
    // bytes.
    byte[] signed = signature.sign();
    boolean _ = idle.offer(signature);
    return signed;
  }
}
