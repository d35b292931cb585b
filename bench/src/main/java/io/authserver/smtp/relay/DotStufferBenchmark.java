package io.authserver.smtp.relay;

import io.authserver.bench.SampleMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Dot-stuffing a message, block by block as it is stored. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DotStufferBenchmark {
  private static final int BLOCK = 64 << 10;

  @Param({"4096", "102400", "1048576"})
  public int bytes;

  private byte[] message = {};
  private long sum;

  @Setup
  public void prepare() {
    message = SampleMessage.ofSize(bytes);
  }

  @Benchmark
  public long stuff() throws IOException {
    DotStuffer stuffer = new DotStuffer((block, offset, length) -> sum += length);
    for (int at = 0; at < message.length; at += BLOCK) {
      stuffer.write(message, at, Math.min(BLOCK, message.length - at));
    }
    stuffer.finish();
    return sum;
  }
}
