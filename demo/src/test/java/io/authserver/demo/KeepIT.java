package io.authserver.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
final class KeepIT {
  @TempDir Path directory;

  private static InetSocketAddress address(String hostPort) {
    int colon = hostPort.lastIndexOf(':');
    return new InetSocketAddress(
        hostPort.substring(0, colon), Integer.parseInt(hostPort.substring(colon + 1)));
  }

  private static SmtpPeer.Answers send(String server, String recipient) throws Exception {
    byte[] message =
        String.join(
                "\r\n",
                List.of(
                    "From: alice@garden.example",
                    "To: x@far.test",
                    "Subject: kept",
                    "Date: Sat, 21 Nov 2026 12:00:00 +0000",
                    "Message-ID: <1@garden.example>",
                    "",
                    "Text.",
                    ""))
            .getBytes(UTF_8);
    return SmtpPeer.send(
        address(server), "test", "<alice@garden.example>", List.of("<" + recipient + ">"), message);
  }

  private static String newest(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      return Files.readString(
          files.filter(file -> file.toString().endsWith(".eml")).sorted().toList().getLast(),
          UTF_8);
    }
  }

  private void shell(DemoProcess demo, Path script) throws Exception {
    Process shell =
        new ProcessBuilder("/bin/sh", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("shell").toFile())
            .start();
    if (script.toString().contains("postgresql")) {
      assertTrue(shell.waitFor(60, TimeUnit.SECONDS), demo::everything);
      assertEquals(0, shell.exitValue(), () -> demo.everything());
    }
  }

  @Test
  void keepsASiteUntilItIsToldToStop() throws Exception {
    try (DemoProcess demo = new DemoProcess(directory, "--keep")) {
      Map<String, String> site = demo.awaitReady();
      assertEquals(
          Set.of(
              "DATABASE_URL",
              "DKIMSIGNER",
              "MAILFORWARDER",
              "SINK",
              "SINK_DIR",
              "WRAPPING_KEY_FILE"),
          site.keySet());
      Path sink = Path.of(site.get("SINK_DIR"));

      assertTrue(send(site.get("DKIMSIGNER"), "friend@far.test").allTaken(), demo::everything);
      assertTrue(newest(sink).contains("DKIM-Signature: "));
      assertTrue(send(site.get("MAILFORWARDER"), "friend@far.test").allTaken(), demo::everything);
      assertEquals(List.of("0001.eml", "0001.json", "0002.eml", "0002.json"), names(sink));
      new AdminCommands(Map.of("DATABASE_URL", site.get("DATABASE_URL"))).run("domain", "list");

      killAndStartTheSigner(demo, site, sink.getParent());
      stopAndStartTheDatabase(demo, site, sink.getParent());

      demo.process().destroy();
      assertEquals(0, demo.awaitEnd(), demo::everything);
      assertEquals(List.of(), demo.left());
      assertTrue(demo.err().lines().noneMatch(line -> line.startsWith("\tat ")), demo::err);
    }
  }

  private void killAndStartTheSigner(DemoProcess demo, Map<String, String> site, Path home)
      throws Exception {
    String pid = Files.readString(home.resolve("dkimsigner.pid"), UTF_8).strip();
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    demo.await(
        "word of its end", () -> demo.err().contains("dkimsigner (process " + pid + ") ended"));
    shell(demo, home.resolve("start-dkimsigner.sh"));
    demo.await("word of its return", () -> demo.err().contains("dkimsigner runs again"));
    InetSocketAddress address = address(site.get("DKIMSIGNER"));
    demo.await("greeting", () -> SmtpPeer.greets(address));
    assertTrue(send(site.get("DKIMSIGNER"), "friend@far.test").allTaken(), demo::everything);
  }

  private void stopAndStartTheDatabase(DemoProcess demo, Map<String, String> site, Path home)
      throws Exception {
    shell(demo, home.resolve("stop-postgresql.sh"));
    demo.await("word of its end", () -> demo.err().contains("PostgreSQL (process "));
    shell(demo, home.resolve("start-postgresql.sh"));
    demo.await("word of its return", () -> demo.err().contains("PostgreSQL runs again"));
    AdminCommands admin = new AdminCommands(Map.of("DATABASE_URL", site.get("DATABASE_URL")));
    assertTrue(admin.run("domain", "list").contains("garden.example"));
  }

  @Test
  void aKilledDemoTakesItsChildrenAlong() throws Exception {
    try (DemoProcess demo = new DemoProcess(directory, "--keep")) {
      demo.awaitReady();
      demo.process().destroyForcibly().waitFor();
      demo.await("end of the children", () -> demo.left().isEmpty());
    }
  }

  private static List<String> names(Path folder) throws Exception {
    List<String> names = new ArrayList<>();
    try (var files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names.stream().sorted().toList();
  }
}
