package io.authserver.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps a site running, both daemons relaying to a sink, until it is interrupted. */
final class KeepRun {
  private static final Duration WATCH = Duration.ofSeconds(1);

  private final Progress progress;
  private final PrintStream out;
  private final Clock clock;

  /**
   * Makes it.
   *
   * @param progress what a person reads
   * @param out what a program reads
   */
  KeepRun(Progress progress, PrintStream out, Clock clock) {
    this.progress = progress;
    this.out = out;
    this.clock = clock;
  }

  /** Runs until its thread is interrupted. */
  void run(DemoSite site, Workspace workspace)
      throws IOException, DemoFailure, InterruptedException {
    Path folder = Files.createDirectory(workspace.resolve("sink"));
    try (Sink sink = Sink.intoFolder("sink.internet.test", clock, folder)) {
      ChildDaemon signer = site.startSigner(sink.address());
      ChildDaemon forwarder = site.startForwarder(sink.address());
      site.awaitDaemons();
      tell(site, workspace);
      line("DATABASE_URL", site.database().superuserUrl());
      line("DKIMSIGNER", text(signer.address()));
      line("MAILFORWARDER", text(forwarder.address()));
      line("SINK", text(sink.address()));
      line("SINK_DIR", folder.toString());
      line("WRAPPING_KEY_FILE", site.wrappingKeyFile().toString());
      out.println("READY");
      out.flush();
      watch(site, workspace);
    }
  }

  private void line(String name, String value) {
    out.println(name + "=" + value);
  }

  private static String text(InetSocketAddress address) {
    return FreePorts.text(address);
  }

  private void tell(DemoSite site, Workspace workspace) {
    progress.step("everything is in " + workspace.directory());
    for (ChildDaemon daemon : site.daemons()) {
      progress.detail(
          daemon.name()
              + ": process "
              + pid(daemon.process())
              + ", log "
              + daemon.log()
              + ", start again: sh "
              + daemon.script()
              + " &");
    }
    progress.detail(
        "PostgreSQL: process "
            + pid(site.database().process())
            + ", data directory "
            + site.database().data()
            + ", log "
            + workspace.resolve(DatabaseServer.LOG));
    progress.detail("  stop:  sh " + workspace.resolve("stop-postgresql.sh") + " [fast|immediate]");
    progress.detail("  start: sh " + workspace.resolve("start-postgresql.sh"));
    progress.detail("stop everything: Ctrl-C, or kill " + ProcessHandle.current().pid());
  }

  private static String pid(@Nullable ProcessHandle process) {
    return process == null ? "none" : Long.toString(process.pid());
  }

  /** Says when a child goes and comes; nobody restarts it but the person who watches. */
  private void watch(DemoSite site, Workspace workspace) throws InterruptedException {
    Map<String, Supplier<@Nullable ProcessHandle>> children = new LinkedHashMap<>();
    Map<String, Path> scripts = new LinkedHashMap<>();
    for (ChildDaemon daemon : site.daemons()) {
      children.put(daemon.name(), daemon::process);
      scripts.put(daemon.name(), daemon.script());
    }
    children.put("PostgreSQL", site.database()::process);
    scripts.put("PostgreSQL", workspace.resolve("start-postgresql.sh"));
    Map<String, Long> known = new LinkedHashMap<>();
    while (true) {
      children.forEach(
          (name, child) -> {
            ProcessHandle process = child.get();
            long now = process == null ? 0 : process.pid();
            Long before = known.put(name, now);
            if (before != null && before != now) {
              progress.step(
                  now != 0
                      ? name + " runs again: process " + now
                      : name
                          + " (process "
                          + before
                          + ") ended; start it again: sh "
                          + scripts.get(name));
            }
          });
      Thread.sleep(WATCH);
    }
  }
}
