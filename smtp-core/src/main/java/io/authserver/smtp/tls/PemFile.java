package io.authserver.smtp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The textual encodings of certificates and keys (RFC 7468). */
final class PemFile {
  private static final Logger LOG = LoggerFactory.getLogger(PemFile.class);

  /** No chain of certificates is near it. */
  private static final int LARGEST = 1 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private PemFile() {}

  /** Reads the certificates of a file, at least one, in its order. */
  static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    Matcher block = BLOCK.matcher(read(file));
    while (block.find()) {
      if (!block.group(1).equals("CERTIFICATE")) {
        continue;
      }
      try {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        byte[] der = decode(file, block.group(2));
        chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException e) {
        throw new IOException(file + ": certificate " + (chain.size() + 1) + " is damaged", e);
      }
    }
    if (chain.isEmpty()) {
      throw new IOException(file + ": has no BEGIN CERTIFICATE");
    }
    return List.copyOf(chain);
  }

  /** Reads the one private key of a file. */
  static PrivateKey privateKey(Path file) throws IOException {
    Matcher block = BLOCK.matcher(read(file));
    while (block.find()) {
      String label = block.group(1);
      if (label.equals("PRIVATE KEY")) {
        return privateKey(file, decode(file, block.group(2)));
      }
      if (label.endsWith("PRIVATE KEY")) {
        // RFC 7468 §10: PKCS #8. The older forms and encrypted keys have a command that converts.
        throw new IOException(
            file + ": has a BEGIN " + label + "; convert it with: openssl pkcs8 -topk8 -nocrypt");
      }
    }
    throw new IOException(file + ": has no BEGIN PRIVATE KEY");
  }

  private static PrivateKey privateKey(Path file, byte[] der) throws IOException {
    try {
      for (String algorithm : KEY_ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
          LOG.trace("event=tls_key_of_another_algorithm not={}", algorithm, e);
        }
      }
    } finally {
      Arrays.fill(der, (byte) 0);
    }
    throw new IOException(file + ": private key is damaged or of an algorithm that is not known");
  }

  private static byte[] decode(Path file, String base64) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": base64 is damaged", e);
    }
  }

  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException(file + ": is larger than 1 MiB");
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": permission denied", e);
    }
  }
}
