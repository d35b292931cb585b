package io.authserver.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Sends each load to each target, in turns, round by round: what else the machine does meets them
 * all alike.
 */
final class Rounds {
  private static final int FEWEST_MESSAGES = 20;

  private final Source source;
  private final List<Target> targets;
  private final Consumer<String> progress;
  private final Map<Load, Map<Target, List<Sample>>> samples = new LinkedHashMap<>();

  private Preparation preparation = () -> {};

  Rounds(Source source, List<Target> targets, Consumer<String> progress) {
    this.source = source;
    this.targets = List.copyOf(targets);
    this.progress = progress;
  }

  /** What is done before each round. */
  interface Preparation {
    /** Does it; what it throws ends the run. */
    void run() throws IOException, InterruptedException;
  }

  /** Has something done before each round. */
  void beforeEachRound(Preparation what) {
    preparation = what;
  }

  /**
   * Sends messages of every kind until a JVM has compiled what it runs.
   *
   * @param seconds for each kind of load
   */
  void warmUp(List<Load> loads, double seconds) throws IOException, InterruptedException {
    for (Load load : loads) {
      for (Target target : targets) {
        if (target.process().isPresent()) {
          long until = System.nanoTime() + (long) (seconds * 1e9);
          while (System.nanoTime() < until) {
            target.proof().begin();
            source.send(load, messages(load, 0.3, 2000), target);
          }
        }
      }
    }
  }

  /** Measures. */
  void run(List<Load> loads, int rounds, double seconds) throws IOException, InterruptedException {
    Map<Load, Map<Target, Integer>> counts = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      progress.accept("round " + round + " of " + rounds);
      preparation.run();
      for (Load load : loads) {
        for (Target target : targets) {
          int count =
              counts.computeIfAbsent(load, key -> new LinkedHashMap<>()).getOrDefault(target, 0);
          if (count == 0) {
            double rate = 0;
            if (seconds > 0) {
              int trial = messages(load, 0.1, 2000);
              rate = trial / source.send(load, trial, target);
            }
            count = messages(load, seconds, rate);
            counts.get(load).put(target, count);
          }
          samples
              .computeIfAbsent(load, key -> new LinkedHashMap<>())
              .computeIfAbsent(target, key -> new ArrayList<>())
              .add(measure(load, count, target));
        }
      }
    }
  }

  private static int messages(Load load, double seconds, double rate) {
    int most = (int) Math.min(seconds * rate, 2e9 / load.bytes());
    return Math.max(Math.max(FEWEST_MESSAGES, 2 * load.sessions()), most);
  }

  private Sample measure(Load load, int count, Target target)
      throws IOException, InterruptedException {
    if (target.process().isEmpty()) {
      return new Sample(count / source.send(load, count, target), Double.NaN, Double.NaN);
    }
    target.proof().begin();
    ProcessStat stat = new ProcessStat(target.process().getAsLong());
    double before = stat.cpuMillis();
    double databaseBefore = databaseMillis(target);
    double seconds = source.send(load, count, target);
    Sample sample =
        new Sample(
            count / seconds,
            (stat.cpuMillis() - before) / count,
            (databaseMillis(target) - databaseBefore) / count);
    target.proof().end(count);
    return sample;
  }

  private static double databaseMillis(Target target) throws IOException {
    return target.database().isPresent() ? target.database().get().cpuMillis() : Double.NaN;
  }

  /** Returns what was measured of a target under a load. */
  Series series(Load load, Target target, ToDoubleFunction<Sample> value) {
    return Series.of(samples.getOrDefault(load, Map.of()).getOrDefault(target, List.of()), value);
  }

  /** Returns the results, a row for each load. */
  Table table() {
    List<String> heads = new ArrayList<>(List.of("message", "sessions"));
    targets.forEach(target -> heads.add(target.name() + ", messages/s"));
    List<Target> daemons = targets.stream().filter(target -> target.process().isPresent()).toList();
    daemons.forEach(target -> heads.add(target.name() + ", CPU ms a message"));
    List<Target> askers = targets.stream().filter(target -> target.database().isPresent()).toList();
    askers.forEach(target -> heads.add(target.name() + ", PostgreSQL's CPU ms"));
    Table table = new Table(heads);
    samples.forEach(
        (load, byTarget) -> {
          List<String> cells = new ArrayList<>(List.of(load.size(), load.connections()));
          cells.addAll(cells(targets, byTarget, Sample::rate, 0));
          cells.addAll(cells(daemons, byTarget, Sample::cpuMillis, 3));
          cells.addAll(cells(askers, byTarget, Sample::databaseMillis, 3));
          table.row(cells);
        });
    return table;
  }

  private static List<String> cells(
      List<Target> targets,
      Map<Target, List<Sample>> samples,
      ToDoubleFunction<Sample> value,
      int decimals) {
    return targets.stream()
        .map(target -> Series.of(samples.getOrDefault(target, List.of()), value).text(decimals))
        .toList();
  }
}
