package dev.treadle.bench;

/// Runs the benchmarks; arguments are those of JMH, for example `-l` to list them.
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    org.openjdk.jmh.Main.main(args);
  }
}
