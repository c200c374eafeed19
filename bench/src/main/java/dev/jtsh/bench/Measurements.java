// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The samples of one run: for each measure, for each target, one value a round. */
public final class Measurements {
  private final Map<String, Map<String, List<Double>>> samples = new LinkedHashMap<>();
  private final Map<String, String> units = new LinkedHashMap<>();
  private final String subject;

  /**
   * Starts empty.
   *
   * @param subject the target that is compared with all others
   */
  public Measurements(String subject) {
    this.subject = subject;
  }

  /** Smallest, middle and largest sample. */
  public record Spread(double min, double median, double max) {}

  /** The target that is compared with all others. */
  public String subject() {
    return subject;
  }

  /**
   * Adds a sample.
   *
   * @param measure for example {@code h1 c16 req/s}
   * @param unit of the value
   */
  public void add(String measure, String unit, String target, double value) {
    units.put(measure, unit);
    samples
        .computeIfAbsent(measure, name -> new LinkedHashMap<>())
        .computeIfAbsent(target, name -> new ArrayList<>())
        .add(value);
  }

  /** In the order they were first taken. */
  public Set<String> measures() {
    return Collections.unmodifiableSet(samples.keySet());
  }

  /** Those that have samples of this measure, in the order they were first measured. */
  public Set<String> targets(String measure) {
    return Collections.unmodifiableSet(of(measure).keySet());
  }

  /** The unit of a measure. */
  public String unit(String measure) {
    return units.getOrDefault(measure, "");
  }

  /** The samples of a target, summed up. */
  public Spread spread(String measure, String target) {
    List<Double> values = of(measure).getOrDefault(target, List.of()).stream().sorted().toList();
    if (values.isEmpty()) {
      throw new IllegalArgumentException("not measured: " + measure + " of " + target);
    }
    int middle = values.size() / 2;
    double median =
        values.size() % 2 == 1
            ? values.get(middle)
            : (values.get(middle - 1) + values.get(middle)) / 2;
    return new Spread(values.getFirst(), median, values.getLast());
  }

  private Map<String, List<Double>> of(String measure) {
    return samples.getOrDefault(measure, Map.of());
  }
}
