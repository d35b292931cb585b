package io.authserver.dkim.key;

import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which crypto provider signs: Amazon's Corretto provider where it is on the class path and its
 * native library loads, else the JDK's, said once as a WARN. It is not registered with the JVM, so
 * nothing but signing changes.
 */
final class SignatureProviders {
  private static final Logger LOG = LoggerFactory.getLogger(SignatureProviders.class);
  private static final String NATIVE_CLASS =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

  private SignatureProviders() {}

  /** Loaded at the first signature, by one thread. */
  private static final class Holder {
    private static final @Nullable Provider NATIVE = load();

    private static @Nullable Provider load() {
      try {
        Class<?> type = Class.forName(NATIVE_CLASS);
        Provider provider = (Provider) type.getField("INSTANCE").get(null);
        // Throws where the native library did not load or its self-tests failed.
        type.getMethod("assertHealthy").invoke(provider);
        Signature.getInstance("SHA256withRSA", provider);
        return provider;
      } catch (ReflectiveOperationException
          | NoSuchAlgorithmException
          | LinkageError
          | RuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        LOG.warn(
            "event=native_crypto_unavailable effect=\"the JDK signs, a third as fast with RSA\""
                + " reason=\"{}\"",
            cause.toString().replaceAll("\\p{Cntrl}", " "));
        return null;
      }
    }
  }

  /** Returns the name of the provider that signs, for a log line or a metric. */
  static String name() {
    Provider provider = Holder.NATIVE;
    return provider == null ? "JDK" : provider.getName();
  }

  static String jcaName(KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case RSA -> "SHA256withRSA";
      case ED25519 -> "Ed25519";
    };
  }

  static Signature signature(KeyAlgorithm algorithm) throws NoSuchAlgorithmException {
    String name = jcaName(algorithm);
    Provider provider = Holder.NATIVE;
    if (provider != null) {
      try {
        return Signature.getInstance(name, provider);
      } catch (NoSuchAlgorithmException e) {
        // An older native provider without EdDSA: the JDK has it.
        return Signature.getInstance(name);
      }
    }
    return Signature.getInstance(name);
  }

  /** Returns the private key in the form that the signing provider needs no translation for. */
  static PrivateKey rsaKey(byte[] pkcs8) throws NoSuchAlgorithmException, InvalidKeySpecException {
    Provider provider = Holder.NATIVE;
    KeyFactory factory =
        provider == null ? KeyFactory.getInstance("RSA") : KeyFactory.getInstance("RSA", provider);
    return factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }
}
