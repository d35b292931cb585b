package io.authserver.smtp.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A certificate that signs itself, and its key, made by the keytool of the JDK that runs. */
public final class TestCertificate {
  private static final char[] PASSWORD = "password".toCharArray();

  private final X509Certificate certificate;
  private final byte[] privateKey;

  private TestCertificate(X509Certificate certificate, byte[] privateKey) {
    this.certificate = certificate;
    this.privateKey = privateKey;
  }

  /**
   * Makes one for {@code front.example}.
   *
   * @param keyOptions e.g. {@code -keyalg EC -groupname secp256r1}
   */
  public static TestCertificate make(Path directory, String keyOptions)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = directory.resolve("keytool-" + System.nanoTime() + ".p12");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(
        List.of("-genkeypair", "-alias", "a", "-dname", "CN=front.example", "-storetype"));
    command.addAll(List.of("PKCS12", "-keystore", store.toString(), "-storepass", "password"));
    command.addAll(List.of(keyOptions.split(" ", -1)));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      keytool.destroyForcibly();
      throw new AssertionError("keytool failed: " + command);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Files.delete(store);
    return new TestCertificate(
        (X509Certificate) Objects.requireNonNull(keys.getCertificate("a")),
        keys.getKey("a", PASSWORD).getEncoded());
  }

  /** Returns the certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** Writes the certificate as PEM. */
  public void writeCertificate(Path file) throws IOException, GeneralSecurityException {
    Files.writeString(file, pem("CERTIFICATE", certificate.getEncoded()));
  }

  /** Writes the private key as PEM (PKCS #8). */
  public void writeKey(Path file) throws IOException {
    Files.writeString(file, pem("PRIVATE KEY", privateKey));
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
