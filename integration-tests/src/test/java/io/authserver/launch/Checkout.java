package io.authserver.launch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A small checkout with the real {@code bin/}, where Maven and the JDK are scripts: to build a
 * module is to put its sources into its jar, and to run a program is to print the jars of its class
 * path. PATH has nothing but what the launcher calls.
 */
final class Checkout {
  private static final Path REAL = Path.of("..");
  static final List<String> MODULES =
      List.of(
          "smtp-core", "dkim", "authserver-db", "dkimsigner", "mailforwarder", "authserver-admin");
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "cmp",
          "cp",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "head",
          "mkdir",
          "mv",
          "readlink",
          "sed",
          "rm",
          "sha256sum",
          "sort",
          "xargs");

  /** Does for the modules of -pl, or for all with -am, what Maven does; notes each call. */
  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      set -eu
      printf '%s\\n' "$*" >>"$MAVEN_CALLS"
      [[ ! -p $MAVEN_CALLS.gate ]] || cat "$MAVEN_CALLS.gate" >/dev/null
      modules=(smtp-core dkim authserver-db dkimsigner mailforwarder authserver-admin)
      if [[ $* != *" -am "* ]]; then
        modules=("${@: -2:1}")
      fi
      for module in "${modules[@]}"; do
        printf '[INFO] Building %s 0.1.0      [1/6]\\n' "$module"
        bin/.stamp begin "$module"
        mkdir -p "$module/target/classes"
        # As Maven: what is there and not older than its source is not compiled again.
        for source in "$module"/src/main/*; do
          class=$module/target/classes/${source##*/}
          [[ -f $class && ! $source -nt $class ]] || cp "$source" "$class"
        done
        cat "$module"/target/classes/* >"$module/target/$module-0.1.0.jar"
        [[ ${MAVEN_BREAKS_AT:-} != "$module" ]] || exit 1
        bin/.stamp end "$module" "$module-0.1.0.jar"
      done
      mkdir -p authserver-admin/target/lib
      [[ $* != *"authserver-admin"* ]] || for module in "${modules[@]:0:5}"; do
        cp "$module/target/$module-0.1.0.jar" authserver-admin/target/lib
        printf 'lib/%s-0.1.0.jar:' "$module"
      done >authserver-admin/target/lib.classpath
      """;

  private static final String JAVA =
      """
      #!/usr/bin/env bash
      while [[ $1 != -cp ]]; do shift; done
      IFS=: read -r -a jars <<<"$2"
      cat "${jars[@]}"
      """;

  private final Path root;
  private final Path world;

  private Checkout(Path root, Path world) {
    this.root = root;
    this.world = world;
  }

  /** What a program has written, and its status. */
  record Ended(int status, String out, String err) {}

  /** Makes one that was never built. */
  static Checkout make(Path world) throws IOException {
    Path root = Files.createDirectories(world.resolve("checkout"));
    Files.createDirectories(root.resolve("bin"));
    for (String file : List.of(".launch", ".stamp", "authserver")) {
      Files.copy(REAL.resolve("bin").resolve(file), root.resolve("bin").resolve(file));
      assertTrue(root.resolve("bin").resolve(file).toFile().setExecutable(true));
    }
    Checkout checkout = new Checkout(root, world);
    checkout.write("pom.xml", "the root");
    checkout.write("sql/routines/1.sql", "SELECT 1");
    for (String module : MODULES) {
      checkout.write(module + "/pom.xml", module);
      checkout.write(module + "/src/main/A", "A of " + module + "\n");
      checkout.write(module + "/src/main/B", "B of " + module + "\n");
    }
    script(world.resolve("maven/mvn"), MAVEN);
    Path jdk = world.resolve("jdk");
    script(jdk.resolve("bin/java"), JAVA);
    script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Files.createDirectories(world.resolve("tools"));
    for (String tool : TOOLS) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(folder -> Path.of(folder, tool))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(world.resolve("tools").resolve(tool), found);
    }
    Files.createFile(checkout.calls());
    return checkout;
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertTrue(file.toFile().setExecutable(true));
  }

  /** Copies all of it as {@code cp -r} does, which gives every file the time of its copy. */
  Checkout copy(String name) throws Exception {
    Path copied = world.resolve(name);
    run(List.of("/bin/cp", "-r", root.toString(), copied.toString()), Map.of());
    return new Checkout(copied, world);
  }

  void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  String read(String file) throws IOException {
    return Files.readString(root.resolve(file));
  }

  void delete(String file) throws IOException {
    Files.delete(root.resolve(file));
  }

  FileTime time(String file) throws IOException {
    return Files.getLastModifiedTime(root.resolve(file));
  }

  void time(String file, FileTime time) throws IOException {
    Files.setLastModifiedTime(root.resolve(file), time);
  }

  /** Gives every file and folder one time. */
  void touchAll(Instant time) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(root)) {
      all = found.toList();
    }
    for (Path each : all) {
      Files.setLastModifiedTime(each, FileTime.from(time));
    }
  }

  private Path calls() {
    return world.resolve("maven-calls");
  }

  /** How often Maven was called. */
  int builds() throws IOException {
    return Files.readAllLines(calls()).size();
  }

  /** Lets Maven wait, from its next call on, until somebody writes to the file that is returned. */
  Path gate() throws Exception {
    Path gate = Path.of(calls() + ".gate");
    run(List.of("/usr/bin/mkfifo", gate.toString()), Map.of());
    return gate;
  }

  /** Calls Maven as a person does. */
  void maven(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(world.resolve("maven/mvn").toString()));
    command.addAll(List.of(arguments));
    Ended ended = run(command, Map.of());
    assertTrue(ended.status() == 0, ended::toString);
  }

  /** Runs {@code bin/authserver}. */
  Ended authserver(Map<String, String> environment) throws Exception {
    return run(List.of(root.resolve("bin/authserver").toString()), environment);
  }

  /** Runs {@code bin/authserver} where there is no Maven. */
  Ended withoutMaven() throws Exception {
    return authserver(Map.of("PATH", world.resolve("tools").toString()));
  }

  Process start(Path out) throws IOException {
    return builder(List.of(root.resolve("bin/authserver").toString()), Map.of())
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
  }

  private ProcessBuilder builder(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", world.resolve("maven") + ":" + world.resolve("tools"));
    builder.environment().put("JAVA_HOME", world.resolve("jdk").toString());
    builder.environment().put("MAVEN_CALLS", calls().toString());
    builder.environment().putAll(environment);
    return builder;
  }

  private Ended run(List<String> command, Map<String, String> environment) throws Exception {
    Path out = Files.createTempFile(world, "out", "");
    Path err = Files.createTempFile(world, "err", "");
    Process process =
        builder(command, environment)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    process.getOutputStream().close();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> command + " does not end");
      return new Ended(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }
}
