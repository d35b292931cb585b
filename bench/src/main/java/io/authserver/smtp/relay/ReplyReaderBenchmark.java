package io.authserver.smtp.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reading a next hop's replies. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReplyReaderBenchmark {
  private static final byte[] SHORT = bytes("250 2.0.0 Ok: queued as 4711");
  private static final byte[] LONG =
      bytes(
          "250-next-hop.example",
          "250-PIPELINING",
          "250-SIZE 104857600",
          "250-8BITMIME",
          "250-ENHANCEDSTATUSCODES",
          "250-DSN",
          "250 SMTPUTF8");

  private final Deadline deadline = Deadline.after(Duration.ofDays(1));

  private static byte[] bytes(String... lines) {
    return (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  @Benchmark
  public int oneLine() throws IOException {
    return read(SHORT);
  }

  @Benchmark
  public int ehlo() throws IOException {
    return read(LONG);
  }

  private int read(byte[] reply) throws IOException {
    ReplyReader reader =
        new ReplyReader(
            (into, offset, length, until) -> {
              System.arraycopy(reply, 0, into, offset, reply.length);
              return reply.length;
            });
    return reader.read(deadline).code();
  }
}
