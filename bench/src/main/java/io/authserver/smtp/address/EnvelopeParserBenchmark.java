package io.authserver.smtp.address;

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

/** Parsing what follows MAIL and RCPT. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EnvelopeParserBenchmark {
  @Benchmark
  public Object mail() {
    return EnvelopeParser.parseMail("FROM:<author@garden.example> SIZE=4096 BODY=8BITMIME");
  }

  @Benchmark
  public Object recipient() {
    return EnvelopeParser.parseRecipient("TO:<recipient@remote.example>", false);
  }
}
