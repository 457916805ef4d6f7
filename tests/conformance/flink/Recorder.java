// SPDX-License-Identifier: Apache-2.0
// Runs cases on a real Apache Flink in one JVM and writes what it answered; tests/conformance/record drives it.
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ExplainDetail;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.internal.TableResultInternal;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;

/**
 * Recorder IN OUT: one JSON object a line in both. A case is
 *   {"id", "batch": bool, "statements": [...]}                          rows of its last SELECT, or its error
 *   {"id", "batch": bool, "statements": [...], "from", "expressions"}   each expression over every row of `from`
 * All cases share one mini cluster; each has a table environment of its own.
 */
public final class Recorder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SET = Pattern.compile("(?is)SET\\s+'([^']+)'\\s*=\\s*'(.*)'");
  private static final int GROUP = 60;
  private static final int TIMEOUT_S = 60;

  private final int restPort;

  private Recorder(int restPort) {
    this.restPort = restPort;
  }

  public static void main(String[] arguments) throws Exception {
    Configuration cluster = new Configuration();
    cluster.set(RestOptions.PORT, 0);
    cluster.set(RestOptions.BIND_PORT, "0");
    cluster.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
    cluster.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
    cluster.setString("classloader.check-leaked-classloader", "false");
    MiniCluster miniCluster = new MiniCluster(new MiniClusterConfiguration.Builder()
        .setConfiguration(cluster).setNumTaskManagers(1).setNumSlotsPerTaskManager(4).build());
    miniCluster.start();
    int port = miniCluster.getRestAddress().get().getPort();
    Recorder recorder = new Recorder(port);
    try (PrintStream out = new PrintStream(Files.newOutputStream(Path.of(arguments[1])), true, StandardCharsets.UTF_8)) {
      for (String line : Files.readAllLines(Path.of(arguments[0]))) {
        if (line.isBlank()) continue;
        JsonNode test = JSON.readTree(line);
        ObjectNode answer = JSON.createObjectNode();
        answer.set("id", test.get("id"));
        try {
          if (test.has("expressions")) recorder.evaluate(test, answer);
          else recorder.run(test, answer);
        } catch (Throwable failure) {
          answer.put("error", message(failure));
        }
        out.println(JSON.writeValueAsString(answer));
      }
    }
    System.exit(0);
  }

  private TableEnvironment environment(JsonNode test) {
    Configuration conf = new Configuration();
    conf.setString("execution.target", "remote");
    conf.set(RestOptions.ADDRESS, "localhost");
    conf.set(RestOptions.PORT, restPort);
    conf.setString("parallelism.default", "1");
    conf.setString("table.local-time-zone", "UTC");
    conf.setString("pipeline.auto-watermark-interval", "0");
    conf.setString("table.exec.resource.default-parallelism", "1");
    conf.setString("client.heartbeat.interval", "300000");
    conf.setString("client.heartbeat.timeout", "600000");
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance().withConfiguration(conf);
    return TableEnvironment.create((test.get("batch").asBoolean() ? settings.inBatchMode() : settings.inStreamingMode()).build());
  }

  private static boolean isQuery(String statement) {
    return statement.matches("(?is)^[(\\s]*(SELECT|WITH|VALUES|SHOW|DESC|DESCRIBE)\\b.*");
  }

  private void run(JsonNode test, ObjectNode answer) throws Exception {
    TableEnvironment tables = environment(test);
    for (JsonNode node : test.get("statements")) {
      String statement = node.asText();
      Matcher set = SET.matcher(statement);
      if (set.matches()) {
        tables.getConfig().set(set.group(1), set.group(2));
      } else if (isQuery(statement)) {
        if (!test.get("batch").asBoolean() && !statement.matches("(?is)^(SHOW|DESC).*")) {
          String plan = tables.explainSql(statement, ExplainDetail.CHANGELOG_MODE);
          Matcher mode = Pattern.compile("== Optimized Physical Plan ==\\s*\\n[^\\n]*changelogMode=\\[([^\\]]*)\\]").matcher(plan);
          answer.put("changelog", mode.find() ? mode.group(1) : "?");
        }
        collect((TableResultInternal) tables.executeSql(statement), answer);
      } else {
        TableResult result = tables.executeSql(statement);
        if (statement.matches("(?is)^(INSERT|EXECUTE|CREATE TABLE\\b.*\\bAS\\s+SELECT)\\b.*")) await(result);
      }
    }
  }

  private static void await(TableResult result) throws Exception {
    try {
      result.await(TIMEOUT_S, TimeUnit.SECONDS);
    } catch (TimeoutException timeout) {
      result.getJobClient().ifPresent(job -> job.cancel());
      throw timeout;
    }
  }

  private static void collect(TableResultInternal result, ObjectNode answer) throws Exception {
    ArrayNode columns = answer.putArray("columns");
    for (Column column : result.getResolvedSchema().getColumns()) {
      columns.addObject().put("name", column.getName()).put("type", column.getDataType().getLogicalType().asSummaryString());
    }
    var converter = result.getRowDataToStringConverter();
    List<List<String>> rows = new ArrayList<>();
    boolean updating = false;
    try (CloseableIterator<RowData> iterator = result.collectInternal()) {
      while (iterator.hasNext()) {
        RowData row = iterator.next();
        RowKind kind = row.getRowKind();
        String[] text = converter.convert(row);
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < text.length; i++) cells.add(row.isNullAt(i) ? null : text[i]);
        updating |= kind != RowKind.INSERT;
        if (kind == RowKind.INSERT || kind == RowKind.UPDATE_AFTER) rows.add(cells);
        else if (!rows.remove(cells)) throw new IllegalStateException("takes back a row that is not there: " + cells);
      }
    }
    answer.put("updating", updating);
    ArrayNode out = answer.putArray("rows");
    for (List<String> cells : rows) {
      ArrayNode row = out.addArray();
      for (String cell : cells) row.add(cell);
    }
  }

  private void evaluate(JsonNode test, ObjectNode answer) throws Exception {
    TableEnvironment tables = environment(test);
    for (JsonNode node : test.get("statements")) {
      Matcher set = SET.matcher(node.asText());
      if (set.matches()) tables.getConfig().set(set.group(1), set.group(2));
      else tables.executeSql(node.asText());
    }
    String from = test.has("from") ? " " + test.get("from").asText() : "";
    ArrayNode results = answer.putArray("results");
    List<String> expressions = new ArrayList<>();
    List<ObjectNode> pending = new ArrayList<>();
    for (JsonNode node : test.get("expressions")) {
      ObjectNode result = results.addObject();
      try {
        result.put("type", tables.sqlQuery("SELECT " + node.asText() + " AS c" + from).getResolvedSchema().getColumns().get(0)
            .getDataType().getLogicalType().asSummaryString());
        expressions.add(node.asText());
        pending.add(result);
      } catch (Throwable failure) {
        result.put("plan_error", message(failure));
      }
    }
    for (int i = 0; i < pending.size(); i += GROUP) {
      int end = Math.min(pending.size(), i + GROUP);
      evaluate(tables, from, expressions.subList(i, end), pending.subList(i, end));
    }
  }

  /** Runs the expressions as one statement; when it fails, halves until the failing ones stand alone. */
  private void evaluate(TableEnvironment tables, String from, List<String> expressions, List<ObjectNode> results) {
    StringBuilder sql = new StringBuilder("SELECT ");
    for (int i = 0; i < expressions.size(); i++) sql.append(i == 0 ? "" : ", ").append(expressions.get(i)).append(" AS c").append(i);
    try {
      ObjectNode answer = JSON.createObjectNode();
      collect((TableResultInternal) tables.executeSql(sql + from), answer);
      for (int i = 0; i < results.size(); i++) {
        ArrayNode values = results.get(i).putArray("values");
        for (Iterator<JsonNode> row = answer.get("rows").elements(); row.hasNext(); ) values.add(row.next().get(i));
      }
    } catch (Throwable failure) {
      if (expressions.size() == 1) {
        results.get(0).put("run_error", message(failure));
        return;
      }
      int middle = expressions.size() / 2;
      evaluate(tables, from, expressions.subList(0, middle), results.subList(0, middle));
      evaluate(tables, from, expressions.subList(middle, expressions.size()), results.subList(middle, results.size()));
    }
  }

  private static String message(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
    String text = cause.getClass().getSimpleName() + ": " + cause.getMessage();
    text = text.replaceAll("\\s+", " ");
    return text.substring(0, Math.min(200, text.length()));
  }
}
