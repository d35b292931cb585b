package io.authserver.bench;

import com.sun.management.OperatingSystemMXBean;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.dkim.sign.DkimSigner;
import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.sign.SigningPass;
import io.authserver.dkim.sign.SigningProfile;
import io.authserver.smtp.message.MessageBytes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * What a core signs in this process with one thread: from the bytes of a message to the finished
 * fields. Counted by CPU time, that of the garbage collector and the compiler included, so that
 * other programs on the machine do not count; {@code openssl speed} counts so as well.
 */
final class SigningSpeed {
  private static final int SECONDS = 1;
  private static final String AIM = "4 KB, RSA-2048";

  private final Children children;
  private final Consumer<String> progress;
  private final Map<String, Case> cases = new LinkedHashMap<>();
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();
  private final List<Double> openSsl = new ArrayList<>();

  /** What is signed, and with what. */
  private record Case(byte[] message, List<SigningKey> keys) {}

  SigningSpeed(Children children, Consumer<String> progress) {
    this.children = children;
    this.progress = progress;
    SigningKey rsa = key("r1", DkimPrivateKey.generateRsa(DkimPrivateKey.DEFAULT_RSA_BITS));
    SigningKey ed25519 = key("e1", DkimPrivateKey.generateEd25519());
    for (int size : new int[] {4 << 10, 100 << 10}) {
      byte[] message = SampleMessage.ofSize(size);
      String name = (size >> 10) + " KB, ";
      cases.put(name + "RSA-2048", new Case(message, List.of(rsa)));
      cases.put(name + "Ed25519", new Case(message, List.of(ed25519)));
      cases.put(name + "both", new Case(message, List.of(rsa, ed25519)));
    }
  }

  private static SigningKey key(String selector, DkimPrivateKey key) {
    return new SigningKey("garden.example", selector, key);
  }

  /** Measures all cases and {@code openssl} in turns. */
  void run(int rounds, double seconds) throws IOException, InterruptedException {
    progress.accept("signing in process");
    for (Case each : cases.values()) {
      rate(each, seconds);
    }
    for (int round = 1; round <= rounds; round++) {
      OptionalDouble peer = OpenSslSpeed.rsa2048(children, SECONDS);
      peer.ifPresent(openSsl::add);
      for (Map.Entry<String, Case> each : cases.entrySet()) {
        rates
            .computeIfAbsent(each.getKey(), name -> new ArrayList<>())
            .add(rate(each.getValue(), seconds));
      }
    }
  }

  private static double rate(Case each, double seconds) throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Instant now = Instant.now();
    long until = System.nanoTime() + (long) (seconds * 1e9);
    long cpuBefore = system.getProcessCpuTime();
    int signed = 0;
    do {
      sign(each, now);
      signed++;
    } while (System.nanoTime() < until);
    return signed / ((system.getProcessCpuTime() - cpuBefore) / 1e9);
  }

  private static void sign(Case each, Instant now) throws IOException {
    MessageBytes message = MessageBytes.of(each.message());
    SigningPass pass =
        DkimSigner.begin(
            message.header(),
            SigningProfile.standard(),
            each.keys(),
            now,
            now.plusSeconds(604_800));
    message.forEachBlock(message.bodyOffset(), pass::body);
    if (pass.finish().signatures().size() != each.keys().size()) {
      throw new BenchFailure("a key did not sign");
    }
  }

  /** Returns the results, and how they compare. */
  String report() {
    Table table = new Table(List.of("one thread", "messages a second of CPU time", "CPU ms"));
    if (!openSsl.isEmpty()) {
      row(table, "`openssl speed rsa2048` (a signature alone)", openSsl);
    }
    rates.forEach((name, values) -> row(table, name, values));
    String provider = DkimPrivateKey.providerName();
    String text =
        "In process, signatures of "
            + KeyAlgorithm.RSA.signatureTag()
            + " by "
            + provider
            + ".\n\n"
            + table
            + "\n";
    if (openSsl.isEmpty()) {
      return text + "`openssl` is not installed: nothing to compare with.\n";
    }
    double share =
        100 * series(rates.getOrDefault(AIM, List.of())).median() / series(openSsl).median();
    return text + String.format(Locale.ROOT, "%s: %.0f %% of OpenSSL's rate.%n", AIM, share);
  }

  private static void row(Table table, String name, List<Double> values) {
    Series millis = Series.of(values.stream().mapToDouble(rate -> 1000 / rate).toArray());
    table.row(List.of(name, series(values).text(0), millis.text(3)));
  }

  private static Series series(List<Double> values) {
    return Series.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
