package io.authserver.smtp.daemon;

import io.authserver.smtp.server.SmtpFront;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An SMTP front as a part of a daemon: drains beside the other parts, not after them. */
public final class FrontPart implements DaemonPart {
  private final SmtpFront front;
  private volatile @Nullable FutureTask<Boolean> draining;

  /** Makes a part of a front that is not started. */
  public FrontPart(SmtpFront front) {
    this.front = front;
  }

  @Override
  public void start() throws IOException {
    front.start();
  }

  @Override
  public void beginStop(Duration linger, Duration limit) {
    FutureTask<Boolean> task = new FutureTask<>(() -> front.drain(linger, limit));
    draining = task;
    Thread.ofVirtual().name("smtp-front-drain").start(task);
  }

  @Override
  public boolean awaitDrained(Duration limit) throws InterruptedException {
    FutureTask<Boolean> task = draining;
    if (task == null) {
      return true;
    }
    try {
      // The front cuts what is still being sent at the limit; a message whose final dot has come
      // may be the next hop's already, and is waited for (RFC 1047).
      Duration most = limit.plus(front.timeouts().finalDot()).plusSeconds(5);
      return task.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("draining failed", e.getCause());
    }
  }

  @Override
  public void close() {
    front.close();
  }
}
