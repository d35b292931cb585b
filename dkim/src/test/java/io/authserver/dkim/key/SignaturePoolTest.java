package io.authserver.dkim.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signature objects that are used again sign as new ones do. */
class SignaturePoolTest {
  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void manyThreadsSignEachTheirOwn(KeyAlgorithm algorithm) throws Exception {
    DkimPrivateKey key =
        switch (algorithm) {
          case RSA -> DkimPrivateKey.generateRsa(2048);
          case ED25519 -> DkimPrivateKey.generateEd25519();
        };
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] head = ("message " + i).getBytes(StandardCharsets.US_ASCII);
      byte[] tail = {(byte) i};
      tasks.add(
          () -> {
            byte[] whole = java.util.Arrays.copyOf(head, head.length + 1);
            whole[head.length] = tail[0];
            return key.publicKey().verify(key.sign(head, tail), whole);
          });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> verified : threads.invokeAll(tasks)) {
        assertTrue(verified.get());
      }
    }
  }

  @Test
  void oneThatFailedIsNotUsedAgain() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    AtomicInteger made = new AtomicInteger();
    SignaturePool pool =
        new SignaturePool(
            () -> {
              Signature real = Signature.getInstance("Ed25519");
              return made.incrementAndGet() == 1 ? new Failing(real) : real;
            },
            pair.getPrivate());
    assertThrows(SignatureException.class, () -> pool.sign(new byte[] {1}));
    for (int i = 0; i < 3; i++) {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(pair.getPublic());
      verifier.update((byte) 2);
      assertTrue(verifier.verify(pool.sign(new byte[] {2})));
    }
    assertEquals(2, made.get());
  }

  /** Takes bytes and does not sign them. */
  private static final class Failing extends Signature {
    private final Signature real;

    Failing(Signature real) {
      super(real.getAlgorithm());
      this.real = real;
    }

    @Override
    protected void engineInitSign(java.security.PrivateKey key)
        throws java.security.InvalidKeyException {
      real.initSign(key);
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
      real.update(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
      real.update(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      throw new SignatureException("out of order");
    }

    @Override
    protected void engineInitVerify(java.security.PublicKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException();
    }
  }
}
