package io.authserver.smtp.server;

import io.authserver.bench.SampleMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** Undoing the dot-stuffing of a message and finding its end, in blocks as a socket gives them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DataScannerBenchmark {
  private static final int BLOCK = 64 << 10;

  @Param({"4096", "102400", "1048576"})
  public int bytes;

  private byte[] data = {};
  private long sum;

  @Setup
  public void prepare() {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes(SampleMessage.ofSize(bytes));
    stream.writeBytes(".\r\n".getBytes(StandardCharsets.US_ASCII));
    data = stream.toByteArray();
  }

  @Benchmark
  public long scan() throws IOException {
    DataScanner scanner = new DataScanner((block, offset, length) -> sum += length);
    for (int at = 0; at < data.length; at += BLOCK) {
      scanner.feed(data, at, Math.min(data.length, at + BLOCK));
    }
    if (!scanner.ended()) {
      throw new IllegalStateException("no end");
    }
    return sum;
  }
}
