package io.authserver.mailforwarder;

import io.authserver.db.alias.SrsKeyStore;
import io.authserver.db.alias.SrsKeys;
import io.authserver.db.cache.ChangeFeed;
import io.authserver.db.cache.ChangeListener;
import io.authserver.db.cache.Dependency;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.resolve.ReturnAddresses;
import io.authserver.mailforwarder.srs.SrsForm;
import io.authserver.smtp.daemon.StartException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps at hand how return addresses are made and read, so that a decision about a recipient asks
 * nobody. A thread of its own asks the database each minute, and when that says that something has
 * changed; while it does not answer, what was known is kept.
 */
final class ReturnAddressKeeper implements Supplier<ReturnAddresses>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReturnAddressKeeper.class);

  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /** Changes that come one after the other are one. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final SrsSettings settings;
  private final SrsKeyStore store;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;
  private final List<String> warnings;
  private volatile ReturnAddresses current;

  // Owned by the thread once it runs.
  private boolean formSet;
  private String told = "";

  private ReturnAddressKeeper(
      SrsSettings settings, SrsKeyStore store, SrsKeys known, ReturnAddresses current) {
    this.settings = settings;
    this.store = store;
    this.warnings = settings.warnings(known);
    this.current = current;
    this.thread = Thread.ofVirtual().name("return-addresses").unstarted(this::run);
  }

  /**
   * Asks the database, and changes nothing there.
   *
   * @throws StartException where neither the settings nor the database have a secret
   * @throws AuthDatabaseException where the database does not answer
   */
  static ReturnAddressKeeper load(SrsSettings settings, SrsKeyStore store) throws IOException {
    SrsKeys known = store.find(settings.domain().orElse(null));
    ReturnAddresses current =
        settings
            .with(known)
            .orElseThrow(
                () ->
                    new StartException(
                        ForwarderSettings.SRS_SECRET
                            + ": is not set, and the database has no secret of return addresses:"
                            + " run `authserver srs-secret create`"));
    return new ReturnAddressKeeper(settings, store, known, current);
  }

  /** Returns what an operator should change, a line each, without secrets. */
  List<String> warnings() {
    return warnings;
  }

  /**
   * Has the database keep what the settings say, and follows its changes from now on. Where the
   * database does not take that, it is tried again each minute.
   *
   * @return this, to be closed
   */
  ReturnAddressKeeper start(ChangeFeed feed) {
    refresh();
    feed.add(
        new ChangeListener() {
          @Override
          public void changed(Dependency row) {}

          @Override
          public void anythingMayHaveChanged() {
            wanted.release();
          }
        });
    thread.start();
    return this;
  }

  @Override
  public ReturnAddresses get() {
    return current;
  }

  private void run() {
    try {
      while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        boolean _ = wanted.tryAcquire(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        int _ = wanted.drainPermits();
        if (closed.getCount() > 0) {
          refresh();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void refresh() {
    try {
      tell(asked());
    } catch (AuthDatabaseException e) {
      tell(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("event=return_addresses_kept", e);
    }
  }

  /** Asks the database and returns what an operator should change, or nothing. */
  private String asked() throws AuthDatabaseException {
    Optional<SrsForm> form = settings.form();
    if (form.isPresent() && !formSet) {
      boolean changed = store.setForm(form.get().word());
      formSet = true;
      if (changed) {
        LOG.info("event=srs_form form={}", form.get().word());
      }
    }
    String domain = settings.domain().orElse(null);
    SrsKeys found = store.find(domain);
    if (!settings.areIn(found)) {
      int registered = store.register(settings.secrets());
      LOG.info("event=srs_secrets_registered secrets={}", registered);
      found = store.find(domain);
    }
    Optional<ReturnAddresses> made = settings.with(found);
    if (made.isEmpty()) {
      // Mail goes on with the last one.
      return "the database has no secret any more: run `authserver srs-secret create`";
    }
    current = made.get();
    String says = found.form();
    if (form.filter(set -> !set.word().equals(says)).isPresent()) {
      return ForwarderSettings.SRS_FORM + ": the database says " + says + " by now";
    }
    return domain == null || found.domainActive()
        ? ""
        : ForwarderSettings.SRS_DOMAIN + ": " + domain + " is no domain that takes mail";
  }

  /** Says it once. */
  private void tell(String problem) {
    if (!problem.isEmpty() && !problem.equals(told)) {
      LOG.atWarn().addKeyValue("event", "return_addresses").addKeyValue("problem", problem).log();
    }
    told = problem;
  }

  /** Ends the thread, within a moment. */
  @Override
  public void close() {
    closed.countDown();
    wanted.release();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
