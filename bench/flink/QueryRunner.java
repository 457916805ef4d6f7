// SPDX-License-Identifier: Apache-2.0
// Runs a script several times over in one JVM, so that the last run is one of a warm Flink; bench/flink_peer.py drives it.
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * QueryRunner FILE RUNS PARALLELISM: the file has statements separated by NUL; its INSERTs are carried out RUNS times.
 * For each run one line: wall seconds, CPU seconds of the whole JVM, peak resident MiB until then, with tabs between.
 */
public final class QueryRunner {
  private QueryRunner() {}

  /** The settings that Nexmark publishes for Flink, and object reuse. */
  private static Configuration settings(String parallelism) {
    Configuration settings = new Configuration();
    settings.setString("parallelism.default", parallelism);
    settings.setString("taskmanager.numberOfTaskSlots", parallelism);
    settings.setString("taskmanager.memory.managed.size", "1g");
    settings.setString("table.local-time-zone", "UTC");
    settings.setString("table.exec.mini-batch.enabled", "true");
    settings.setString("table.exec.mini-batch.allow-latency", "2 s");
    settings.setString("table.exec.mini-batch.size", "50000");
    settings.setString("table.optimizer.distinct-agg.split.enabled", "true");
    settings.setString("pipeline.object-reuse", "true");
    return settings;
  }

  private static double cpuSeconds() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  private static long peakMib() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
    }
    return 0;
  }

  public static void main(String[] arguments) throws Exception {
    TableEnvironment tables = TableEnvironment.create(
        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings(arguments[2])).build());
    String[] statements = Files.readString(Path.of(arguments[0])).split("\0");
    for (int run = 0; run < Integer.parseInt(arguments[1]); run++) {
      double wall = System.nanoTime() / 1e9;
      double cpu = cpuSeconds();
      for (String statement : statements) {
        boolean insert = statement.stripLeading().startsWith("INSERT");
        if (insert) tables.executeSql(statement).await();
        else if (run == 0) tables.executeSql(statement);
      }
      System.out.printf(Locale.ROOT, "%.3f\t%.3f\t%d%n", System.nanoTime() / 1e9 - wall, cpuSeconds() - cpu, peakMib());
    }
    System.exit(0);
  }
}
