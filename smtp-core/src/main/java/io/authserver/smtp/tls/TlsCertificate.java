package io.authserver.smtp.tls;

import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's certificate chain and its private key, from two PEM files. The files are looked at
 * again when a handshake needs them, once a second at most, and read again when they have changed;
 * a new pair that cannot be used leaves the old one in place, with one WARN. Safe for many threads.
 */
public final class TlsCertificate implements Supplier<SSLContext> {
  private static final Logger LOG = LoggerFactory.getLogger(TlsCertificate.class);

  /** How long before its end a certificate is complained about, once a day. */
  static final Duration NEAR = Duration.ofDays(14);

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Path chainFile;
  private final Path keyFile;
  private final InstantSource clock;
  private final ReentrantLock refreshing = new ReentrantLock();
  private volatile Loaded loaded;

  /** Owned by the holder of the lock, as the two below. */
  private List<FileState> seen;

  private Instant lastLook;
  private @Nullable Instant lastWarning;

  private record Loaded(SSLContext context, Instant expires) {}

  /** What tells one version of a file from another. */
  private record FileState(@Nullable Object inode, Object modified, long size) {
    static final FileState UNREADABLE = new FileState(null, "", -1);

    static FileState of(Path file) {
      try {
        // Links are followed: renewal tools move a link from one file to the next.
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileState(
            attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
      } catch (IOException e) {
        return UNREADABLE;
      }
    }
  }

  private TlsCertificate(
      Path chainFile, Path keyFile, InstantSource clock, List<FileState> seen, Loaded loaded) {
    this.chainFile = chainFile;
    this.keyFile = keyFile;
    this.clock = clock;
    this.seen = seen;
    this.loaded = loaded;
    this.lastLook = clock.instant();
  }

  /**
   * Reads a pair of files.
   *
   * @param chainFile the server's certificate, then the intermediate ones
   * @param keyFile its private key in PKCS #8, not encrypted; RSA or EC (or Ed25519)
   * @throws InvalidCertificateException with every problem of both files
   */
  public static TlsCertificate load(Path chainFile, Path keyFile, InstantSource clock)
      throws InvalidCertificateException {
    List<FileState> state = List.of(FileState.of(chainFile), FileState.of(keyFile));
    TlsCertificate certificate =
        new TlsCertificate(chainFile, keyFile, clock, state, read(chainFile, keyFile));
    certificate.warnWhenNear();
    return certificate;
  }

  /** Returns what a handshake needs, of the newest pair that can be used. */
  @Override
  public SSLContext get() {
    refresh();
    return loaded.context();
  }

  /** Returns when the certificate, or the first of its chain, ends to be valid. */
  public Instant expires() {
    refresh();
    return loaded.expires();
  }

  private void refresh() {
    // Whoever comes while another looks goes on with what there is.
    if (!refreshing.tryLock()) {
      return;
    }
    try {
      Instant now = clock.instant();
      if (Duration.between(lastLook, now).abs().compareTo(LOOK_AGAIN) < 0) {
        return;
      }
      lastLook = now;
      List<FileState> state = List.of(FileState.of(chainFile), FileState.of(keyFile));
      if (!state.equals(seen)) {
        seen = state;
        reload();
      }
      warnWhenNear();
    } finally {
      refreshing.unlock();
    }
  }

  private void reload() {
    try {
      loaded = read(chainFile, keyFile);
      lastWarning = null;
      LOG.info("event=tls_certificate_loaded file={} expires={}", chainFile, loaded.expires());
    } catch (InvalidCertificateException e) {
      LOG.warn(
          "event=tls_certificate_not_loaded kept=old problem=\"{}\"",
          Reply.clean(String.join("; ", e.problems())));
    }
  }

  private void warnWhenNear() {
    Instant now = clock.instant();
    Instant expires = loaded.expires();
    boolean warned =
        lastWarning != null && Duration.between(lastWarning, now).compareTo(Duration.ofDays(1)) < 0;
    if (warned || Duration.between(now, expires).compareTo(NEAR) > 0) {
      return;
    }
    lastWarning = now;
    LOG.warn(
        "event={} file={} expires={}",
        expires.isAfter(now) ? "tls_certificate_expires_soon" : "tls_certificate_expired",
        chainFile,
        expires);
  }

  private static Loaded read(Path chainFile, Path keyFile) throws InvalidCertificateException {
    List<String> problems = new ArrayList<>();
    List<X509Certificate> chain = List.of();
    PrivateKey key = null;
    try {
      chain = PemFile.certificates(chainFile);
    } catch (IOException e) {
      problems.add(describe(chainFile, e));
    }
    try {
      key = PemFile.privateKey(keyFile);
    } catch (IOException e) {
      problems.add(describe(keyFile, e));
    }
    if (!problems.isEmpty() || key == null) {
      throw new InvalidCertificateException(problems);
    }
    if (!belongTogether(chain.getFirst(), key)) {
      throw new InvalidCertificateException(
          List.of(keyFile + ": is not the private key of the certificate in " + chainFile));
    }
    Instant expires =
        chain.stream()
            .map(each -> each.getNotAfter().toInstant())
            .min(Instant::compareTo)
            .orElseThrow();
    try {
      return new Loaded(context(chain, key), expires);
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidCertificateException(
          List.of(chainFile + ": not usable for TLS: " + e.getMessage()));
    }
  }

  private static String describe(Path file, IOException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return message.startsWith(file + ":") ? message : file + ": " + message;
  }

  /** Returns whether what the key signs verifies with the certificate. */
  private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
    String keyAlgorithm = key.getAlgorithm();
    String algorithm =
        switch (keyAlgorithm) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> keyAlgorithm;
        };
    try {
      byte[] probe = new byte[32];
      new SecureRandom().nextBytes(probe);
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certificate.getPublicKey());
      verifier.update(probe);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      LOG.debug("event=tls_key_mismatch", e);
      return false;
    }
  }

  private static SSLContext context(List<X509Certificate> chain, PrivateKey key)
      throws GeneralSecurityException, IOException {
    char[] password = new char[0];
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, password);
    store.setKeyEntry("server", key, password, chain.toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    KeyManager[] managers = factory.getKeyManagers();
    // A context of its own for each pair: a session that began with the old one is not resumed.
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers, null, null);
    return context;
  }
}
