package io.authserver.bench;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.KeyLookup;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.smtp.message.MessageBytes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A dkimsigner that signs for one domain, and the proof that it did: its own count of signed
 * messages after each run, and one message more, of the run's size, that goes through it into a
 * sink that keeps it and is verified there.
 */
final class SigningSetUp implements AutoCloseable, Target.Proof {
  private final String domain;
  private final Map<String, String> records = new LinkedHashMap<>();
  private final Path kept;
  private final InetSocketAddress address = Ports.free();
  private final InetSocketAddress checked = Ports.free();
  private final InetSocketAddress health = Ports.free();
  private final MetricsPage metrics = new MetricsPage(health);
  private final Target target;
  private final Target toBeVerified;
  private final Source source;
  private double signedBefore;
  private double failuresBefore;

  /**
   * Makes a domain with keys and starts a daemon for it.
   *
   * @param name of the target
   * @param nextHop of the messages that are measured
   */
  SigningSetUp(
      String name,
      List<DkimPrivateKey> keys,
      BenchDatabase database,
      Daemons daemons,
      Source source,
      Path folder,
      Target nextHop)
      throws IOException, InterruptedException {
    this.source = source;
    this.domain = "keys" + keys.size() + ".example";
    this.kept = Files.createDirectory(folder.resolve(domain));
    database.authserver("domain", "create", domain);
    for (DkimPrivateKey key : keys) {
      importKey(database, folder, key);
    }
    Target keeper = daemons.sink(List.of("-d", kept.resolve("message.").toString()));
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put(
        "DATABASE_URL", database.loginRole("bench_" + keys.size(), "authserver_signer"));
    environment.put("AUTHSERVER_WRAPPING_KEY_FILE", database.wrappingKey().toString());
    environment.put("DKIMSIGNER_HEALTH_LISTEN", Ports.text(health));
    environment.put(
        "DKIMSIGNER_NETWORK_MAPPING",
        String.join(",", mapping(address, nextHop), mapping(checked, keeper)));
    Process process =
        daemons.java(
            "dkimsigner-" + domain,
            "io.authserver.dkimsigner.DkimSignerMain",
            address,
            environment);
    Envelope author = Envelope.from("author@" + domain);
    this.target =
        new Target(
            name, address, author, OptionalLong.of(process.pid()), Optional.of(database), this);
    this.toBeVerified =
        new Target(
            name, checked, author, OptionalLong.empty(), Optional.empty(), Target.Proof.NONE);
  }

  private static String mapping(InetSocketAddress input, Target output) {
    return Ports.text(input) + "->" + Ports.text(output.address());
  }

  private void importKey(BenchDatabase database, Path folder, DkimPrivateKey key)
      throws IOException {
    String selector = key.algorithm().keyType();
    Path file =
        Files.createFile(
            folder.resolve(domain + "." + selector),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, key.toPem());
    database.authserver("dkim", "import", domain, file.toString(), "--selector", selector);
    Files.delete(file);
    records.put(
        selector + "._domainkey." + domain,
        "v=DKIM1; k="
            + selector
            + "; p="
            + Base64.getEncoder().encodeToString(key.publicKey().published()));
  }

  Target target() {
    return target;
  }

  @Override
  public void begin() throws IOException, InterruptedException {
    signedBefore = signed();
    failuresBefore = failures();
  }

  @Override
  public void end(int messages) throws IOException, InterruptedException {
    double signed = signed() - signedBefore;
    if (signed != messages || failures() != failuresBefore) {
      throw new BenchFailure(
          target.name() + ": of " + messages + " messages, " + (long) signed + " were signed");
    }
  }

  private double signed() throws IOException, InterruptedException {
    return metrics.sum("authserver_signer_messages_total{decision=\"sign\"}");
  }

  private double failures() throws IOException, InterruptedException {
    return metrics.sum("authserver_signer_key_failures_total");
  }

  /**
   * Sends one message of a size and verifies what comes out.
   *
   * @throws BenchFailure when not every key's signature is valid
   */
  void verifyOne(int bytes) throws IOException, InterruptedException {
    source.send(new Load(bytes, 1, true), 1, toBeVerified);
    try (var files = Files.newDirectoryStream(kept)) {
      for (Path file : files) {
        List<SignatureVerdict> verdicts =
            verify(Files.readString(file, StandardCharsets.ISO_8859_1));
        Files.delete(file);
        if (verdicts.size() != records.size()
            || !verdicts.stream().allMatch(SignatureVerdict::passed)) {
          throw new BenchFailure(target.name() + ": verified as " + verdicts);
        }
        return;
      }
    }
    throw new BenchFailure(target.name() + ": the message to be verified did not come");
  }

  /** Verifies a message as smtp-sink keeps it: line ends are LF, and one more follows the end. */
  private List<SignatureVerdict> verify(String kept) throws IOException {
    MessageBytes message =
        MessageBytes.of(kept.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    KeyLookup lookup =
        name -> {
          String text = records.get(name);
          return text == null ? new KeyLookup.NoRecord() : new KeyLookup.Records(List.of(text));
        };
    VerificationPass pass =
        new DkimVerifier(lookup, InstantSource.system()).begin(message.header());
    message.forEachBlock(message.bodyOffset(), pass::body);
    return pass.finish();
  }

  @Override
  public void close() {
    metrics.close();
  }
}
