package io.authserver.smtp.server;

import io.authserver.smtp.message.MemoryBudget;
import io.authserver.smtp.message.Spool;
import io.authserver.smtp.relay.Extensions;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.server.SMTPServer;

/**
 * The SMTP front of a daemon: listens, and hands each client's transactions to a {@link
 * MailTransactionFactory}. {@link #start} once, then {@link #drain} or {@link #close}.
 *
 * <p>SubEthaSMTP accepts the connections and gives each its thread; it asks us whether it may begin
 * before it says its first word, and there we speak the whole session ourselves.
 */
public final class SmtpFront implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpFront.class);

  /** How many connections above the limit of sessions may be there at a time, to be told so. */
  private static final int REFUSALS = 128;

  private static final Duration IDLE_CHECK = Duration.ofMillis(100);

  private final FrontSettings settings;
  private final List<InetSocketAddress> addresses;
  private final List<Supplier<ServerSocket>> handedOver;
  private final SessionRegistry sessions;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<SMTPServer> servers = new ArrayList<>();
  private final ScheduledExecutorService watchdog =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("smtp-front-watchdog").factory());

  private SmtpFront(Builder builder) {
    this.settings = builder.settings();
    this.addresses = List.copyOf(builder.addresses);
    this.handedOver = List.copyOf(builder.handedOver);
    FrontLimits limits = settings.limits();
    this.sessions = new SessionRegistry(limits.sessions(), limits.sessionsPerClient());
  }

  /** Returns a builder with the defaults of the design. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Binds every address and begins to accept.
   *
   * @throws IOException when an address cannot be bound; the message names it, and nothing listens
   */
  public synchronized void start() throws IOException {
    if (!servers.isEmpty()) {
      throw new IllegalStateException("started before");
    }
    try {
      for (InetSocketAddress address : addresses) {
        listeners.add(bind(address));
      }
      for (Supplier<ServerSocket> supplier : handedOver) {
        listeners.add(new Listener(supplier.get(), sessions::accepted));
      }
    } catch (IOException | RuntimeException e) {
      closeListeners();
      throw e;
    }
    for (Listener listener : listeners) {
      servers.add(serve(listener));
    }
    // A check that throws would be the last one: none does. close() ends it.
    ScheduledFuture<?> _ =
        watchdog.scheduleWithFixedDelay(this::checkTimes, 1, 1, TimeUnit.SECONDS);
  }

  private Listener bind(InetSocketAddress address) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(address, settings.limits().backlog());
      return new Listener(socket, sessions::accepted);
    } catch (IOException | RuntimeException e) {
      socket.close();
      BindException named =
          new BindException(
              "cannot listen on "
                  + address.getHostString()
                  + ":"
                  + address.getPort()
                  + ": "
                  + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  private SMTPServer serve(Listener listener) {
    SMTPServer server =
        new SMTPServer.Builder()
            .hostName(settings.hostName())
            .softwareName("")
            .port(listener.getLocalPort())
            .backlog(settings.limits().backlog())
            // Ours is the limit that answers. At SubEtha's, accepting waits until a refusal is
            // said.
            .maxConnections(settings.limits().sessions() + REFUSALS)
            .insertReceivedHeaders(false)
            .executorService(Executors.newVirtualThreadPerTaskExecutor())
            .serverSocketFactory(() -> listener)
            .sessionHandler(new TakeOver(settings, sessions))
            .serverThreadName("smtp-front-accept-" + listener.getLocalPort())
            .build();
    server.start();
    return server;
  }

  /** Returns the addresses that it listens on, with the ports that were chosen. */
  public synchronized List<InetSocketAddress> localAddresses() {
    return listeners.stream()
        .map(each -> (InetSocketAddress) each.getLocalSocketAddress())
        .toList();
  }

  /** Returns how long it waits. */
  public FrontTimeouts timeouts() {
    return settings.timeouts();
  }

  /** Returns how many sessions are open. */
  public int sessionCount() {
    return sessions.size();
  }

  /** As {@link #drain(Duration, Duration)}, at once. */
  public boolean drain(Duration grace) throws InterruptedException {
    return drain(Duration.ZERO, grace);
  }

  /**
   * Ends in order: stops accepting, serves each open session until it ends or has been idle for the
   * linger, says 421 to it then, and to all when half of the grace is over, lets transactions
   * finish until the whole of it is, cuts those whose client is still sending, waits for those
   * whose final dot was received as long as {@link FrontTimeouts#finalDot} says, and closes what is
   * left.
   *
   * @param linger for a client that keeps its connection and has not looked whether it is still
   *     wanted: to such a one 421 is the answer to its next message. Counted from its last command,
   *     or from now
   * @param grace counted from now
   * @return whether no transaction was cut
   */
  public boolean drain(Duration linger, Duration grace) throws InterruptedException {
    long began = System.nanoTime();
    stopAccepting();
    if (linger.isPositive()) {
      serveUntilIdle(began, linger, began + grace.toNanos() / 2);
    }
    sessions.drain();
    // A connection that was accepted in the last moment gets its 421 like the others.
    for (Listener listener : startedListeners()) {
      listener.awaitIdle(Duration.ofSeconds(5));
    }
    boolean clean = sessions.awaitEmpty(began + grace.toNanos());
    if (!clean) {
      List<SmtpSession> late = sessions.all();
      clean = late.stream().allMatch(session -> session.phase().isSettled());
      late.forEach(session -> session.phase().drain(true));
      long finalDot = began + settings.timeouts().finalDot().toNanos();
      while (!sessions.awaitEmpty(Deadline.earlier(finalDot, Deadline.in(Duration.ofSeconds(1))))
          && !Deadline.hasPassed(finalDot)) {
        // Sessions without a final dot have had a second for their 421. One that still waits for
        // its next hop cannot say it, and is not waited for: it was not promised anything.
        List<SmtpSession> left = sessions.all();
        left.stream().filter(each -> !each.phase().isFinalDot()).forEach(SmtpSession::closeNow);
        if (left.stream().noneMatch(each -> each.phase().isFinalDot())) {
          break;
        }
      }
    }
    close();
    return clean;
  }

  private void serveUntilIdle(long began, Duration linger, long deadline)
      throws InterruptedException {
    while (!sessions.awaitEmpty(Deadline.earlier(deadline, Deadline.in(IDLE_CHECK)))
        && !Deadline.hasPassed(deadline)) {
      long time = System.nanoTime() - linger.toNanos();
      if (time - began >= 0) {
        sessions.all().forEach(session -> session.phase().drainIfIdleSince(time));
      }
    }
  }

  private synchronized List<Listener> startedListeners() {
    return servers.isEmpty() ? List.of() : List.copyOf(listeners);
  }

  private synchronized void stopAccepting() {
    for (Listener listener : listeners) {
      try {
        listener.stopAccepting();
      } catch (IOException e) {
        LOG.warn("event=close_failed cause={}", Reply.clean(e.toString()));
      }
    }
  }

  /** Closes everything at once; {@link #drain} is the way that loses nothing of a client's time. */
  @Override
  public synchronized void close() {
    watchdog.shutdownNow();
    stopAccepting();
    sessions.all().forEach(SmtpSession::closeNow);
    for (SMTPServer server : servers) {
      // SubEtha closes its listener, and waits for its sessions without a bound: not for us.
      Thread stopper = Thread.ofPlatform().daemon().name("smtp-front-stop").start(server::stop);
      try {
        if (!stopper.join(Duration.ofSeconds(2))) {
          server.getExecutorService().shutdownNow();
          stopper.join(Duration.ofSeconds(2));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        server.getExecutorService().shutdownNow();
      }
    }
    closeListeners();
    servers.clear();
  }

  private void closeListeners() {
    for (Listener listener : listeners) {
      try {
        listener.close();
      } catch (IOException e) {
        LOG.warn("event=close_failed cause={}", Reply.clean(e.toString()));
      }
    }
  }

  private void checkTimes() {
    long now = System.nanoTime();
    for (SmtpSession session : sessions.all()) {
      try {
        session.checkTimes(now);
      } catch (RuntimeException | Error e) {
        LOG.error("event=check_failed", e);
      }
    }
    StartTls startTls = settings.startTls();
    if (startTls != null) {
      lookAtCertificate(startTls);
    }
  }

  /** Has the certificate looked at where no client asks for TLS: its end comes all the same. */
  private static void lookAtCertificate(StartTls startTls) {
    try {
      SSLContext _ = startTls.contexts().get();
    } catch (RuntimeException | Error e) {
      LOG.debug("event=tls_not_available", e);
    }
  }

  /** What a front is made of. */
  public static final class Builder {
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final List<Supplier<ServerSocket>> handedOver = new ArrayList<>();
    private String hostName = "localhost";
    private FrontLimits limits = FrontLimits.DEFAULTS;
    private FrontTimeouts timeouts = FrontTimeouts.DEFAULTS;
    private StrayLineEnds strayLineEnds = StrayLineEnds.CONVERT;
    private MemoryBudget memoryBudget = new MemoryBudget(MemoryBudget.DEFAULT_BYTES);
    private MemoryBudget workingMemory = new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES);
    private HeaderCost headerCost = HeaderCost.NONE;
    private Path spoolDirectory = Path.of("/var/tmp");
    private MemoryBudget spoolQuota = new MemoryBudget(Spool.DEFAULT_QUOTA_BYTES);
    private @Nullable Supplier<Optional<Extensions>> extensions;
    private @Nullable MailTransactionFactory transactions;
    private FrontMetrics metrics = FrontMetrics.NONE;
    private InstantSource clock = InstantSource.system();
    private @Nullable StartTls startTls;
    private List<Network> allowedClients = Network.LOOPBACK;

    private Builder() {}

    /** Sets our name in the banner, the reply to EHLO and the Received field. */
    public Builder hostName(String name) {
      hostName = name;
      return this;
    }

    /** Adds an address to listen on, IPv4 or IPv6; port 0 chooses one. */
    public Builder listen(InetSocketAddress address) {
      addresses.add(address);
      return this;
    }

    /** Adds a socket that listens already, e.g. one that systemd handed over. */
    public Builder listener(Supplier<ServerSocket> listening) {
      handedOver.add(listening);
      return this;
    }

    /** Sets the limits. */
    public Builder limits(FrontLimits value) {
      limits = value;
      return this;
    }

    /** Sets the timeouts. */
    public Builder timeouts(FrontTimeouts value) {
      timeouts = value;
      return this;
    }

    /** Sets what becomes of a stray CR or LF. */
    public Builder strayLineEnds(StrayLineEnds value) {
      strayLineEnds = value;
      return this;
    }

    /** Sets the memory for the content of messages, which all fronts of a daemon share. */
    public Builder memoryBudget(MemoryBudget value) {
      memoryBudget = value;
      return this;
    }

    /** Sets the memory for what cannot be spooled, which all fronts of a daemon share. */
    public Builder workingMemory(MemoryBudget value) {
      workingMemory = value;
      return this;
    }

    /** Sets what the daemon's own work on a header section takes of the working memory. */
    public Builder headerCost(HeaderCost value) {
      headerCost = value;
      return this;
    }

    /** Sets where messages go when the budget is spent; no tmpfs. */
    public Builder spoolDirectory(Path value) {
      spoolDirectory = value;
      return this;
    }

    /** Sets how much may be there at a time, which all fronts of a daemon share. */
    public Builder spoolQuota(MemoryBudget value) {
      spoolQuota = value;
      return this;
    }

    /** Sets who knows what the next hop offers: {@code nextHop::extensions}. */
    public Builder extensions(Supplier<Optional<Extensions>> value) {
      extensions = value;
      return this;
    }

    /** Sets who handles transactions. */
    public Builder transactions(MailTransactionFactory value) {
      transactions = value;
      return this;
    }

    /** Sets who counts. */
    public Builder metrics(FrontMetrics value) {
      metrics = value;
      return this;
    }

    /** Sets the clock of the Received field. */
    public Builder clock(InstantSource value) {
      clock = value;
      return this;
    }

    /** Offers STARTTLS; without this call it is not implemented. */
    public Builder startTls(StartTls value) {
      startTls = value;
      return this;
    }

    /** Sets which clients may connect; without this call those on the same machine. */
    public Builder allowedClients(List<Network> value) {
      allowedClients = List.copyOf(value);
      return this;
    }

    /** Returns the front, not started. */
    public SmtpFront build() {
      return new SmtpFront(this);
    }

    FrontSettings settings() {
      if (extensions == null || transactions == null) {
        throw new IllegalStateException("a front needs extensions and transactions");
      }
      if (addresses.isEmpty() && handedOver.isEmpty()) {
        throw new IllegalStateException("a front needs an address or a socket");
      }
      return new FrontSettings(
          hostName,
          limits,
          timeouts,
          strayLineEnds,
          memoryBudget,
          workingMemory,
          headerCost,
          new Spool(spoolDirectory, spoolQuota),
          extensions,
          transactions,
          metrics,
          clock,
          startTls,
          allowedClients);
    }
  }
}
