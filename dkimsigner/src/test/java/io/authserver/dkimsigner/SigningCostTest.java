package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.authserver.db.signing.SigningDomain;
import io.authserver.db.signing.SigningPolicy;
import io.authserver.db.signing.StoredKey;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is allocated for a header section at the limits, most of it garbage at once, stays in
 * proportion to what is reserved for it.
 */
class SigningCostTest {
  private static final int HEADER_BYTES = 1 << 20;
  private static final int FIELDS = 5000;

  /** The worst are the words of From and the forms of h=, of which one at a time is in use. */
  private static final int GARBAGE_FACTOR = 8;

  /** Four signatures of a message of one field, and the check of them, take that. */
  private static final int FOR_ANY_MESSAGE = 512 << 10;

  private static final byte[] RECEIVED = "Received: x\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z"));
  private final OwnResults ownResults = new OwnResults(List.of("mx.example.org"));
  private final SignerMetrics metrics = new SignerMetrics(new PrometheusRegistry());
  private KeyRing ring;
  private SigningDomain domain;

  @BeforeEach
  void makeKeys(@TempDir Path folder) throws Exception {
    WrappingKeys.createFile(folder.resolve("key"));
    WrappingKeys wrapping = WrappingKeys.load(List.of(folder.resolve("key")));
    ring = new KeyRing(wrapping, 10, metrics, CLOCK);
    List<StoredKey> keys =
        Stream.of("s1", "s2", "s3", "s4")
            .map(
                selector -> {
                  DkimPrivateKey key = DkimPrivateKey.generateEd25519();
                  byte[] wrapped = wrapping.wrap("example.org", selector, key.toPkcs8());
                  return new StoredKey(
                      selector.charAt(1), selector, key.algorithm().keyType(), wrapped);
                })
            .toList();
    domain =
        new SigningDomain(
            1, "example.org", new SigningPolicy(true, false, false, false, null), keys);
  }

  static Stream<Arguments> headers() {
    String from = "From: a@example.org\r\n";
    String many = "x@y.example,".repeat((16 << 10) / 12 - 1);
    return Stream.of(
            from,
            from + "a:\r\n".repeat(FIELDS - 1),
            from + "Content-Transfer-Encoding:\r\n".repeat(FIELDS - 1),
            from + filled("Content-Transfer-Encoding:", FIELDS - 1),
            from + filled("Subject:", 1),
            from + filled("Authentication-Results: (", 1),
            from + filled("Authserver-Forwarded: ", 1),
            from + filled("Authserver-Forwarded: v=1; submitted=yes", FIELDS - 1),
            from + filled("Authentication-Results: mx.example.org;", 2000),
            "From:" + many + "a@b\r\n",
            "From:" + "a@b,".repeat((16 << 10) / 4 - 2) + "\r\n",
            "From:" + "a ".repeat((16 << 10) / 2 - 10) + "<a@b>\r\n",
            "From:" + "\u00e9 ".repeat((16 << 10) / 3 - 10) + "<a@b>\r\n",
            "From: a@b\r\n".repeat(1400))
        .flatMap(header -> Stream.of(Arguments.of(header, false), Arguments.of(header, true)));
  }

  /** Returns fields of this name that together fill what a header section may have. */
  private static String filled(String name, int fields) {
    int each = (HEADER_BYTES - 1000) / fields - name.length() - 2;
    String line = "\r\n " + "x".repeat(each / 20);
    String value = each < 1000 ? "x".repeat(each) : line.repeat(each / line.length());
    return (name + value + "\r\n").repeat(fields);
  }

  @ParameterizedTest
  @MethodSource("headers")
  void whatIsAllocatedIsReserved(String header, boolean selfCheck) throws IOException {
    byte[] bytes = (header + "\r\nbody\r\n").getBytes(StandardCharsets.UTF_8);
    MessageBytes message = MessageBytes.of(bytes);
    MessageSigner signer =
        new MessageSigner(
            ring,
            new ProfileBook(CLOCK),
            selfCheck ? new SelfCheck(metrics, CLOCK) : null,
            metrics,
            CLOCK);
    // Once before, so that what is loaded and cached for all messages does not count.
    work(signer, message);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work(signer, message);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    long reserved = new SigningCost(selfCheck).bytes(message.header());
    assertTrue(
        allocated <= GARBAGE_FACTOR * reserved + FOR_ANY_MESSAGE,
        allocated + " allocated, " + reserved + " reserved");
  }

  private void work(MessageSigner signer, MessageBytes message) throws IOException {
    OriginMark.Reading _ = OriginMark.read(message.header());
    boolean _ = OriginMark.wasUntrusted(message.header());
    MessageBytes content = ownResults.removeFrom(OriginMark.remove(message));
    Authors authors = AuthorReader.read(content.header());
    MessageSigner.Signed signed = signer.sign(domain, authors, true, RECEIVED, content);
    assertEquals(4, signed.selectors().size());
  }
}
