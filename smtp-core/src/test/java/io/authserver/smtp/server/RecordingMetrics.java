package io.authserver.smtp.server;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a front counts, each as a word. */
final class RecordingMetrics implements FrontMetrics {
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  @Override
  public void limit(Limit limit) {
    events.add("limit " + limit);
  }

  @Override
  public void refused(Refusal reason) {
    events.add("refused " + reason);
  }

  @Override
  public void spooled() {
    events.add("spooled");
  }

  @Override
  public void tlsStarted(String protocol) {
    events.add("tls " + protocol);
  }

  @Override
  public void tlsFailed() {
    events.add("tls failed");
  }

  /** Returns the next event, which must come within ten seconds. */
  String next() throws InterruptedException {
    String event = events.poll(10, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing was counted");
    }
    return event;
  }
}
