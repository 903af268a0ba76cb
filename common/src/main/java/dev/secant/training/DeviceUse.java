package dev.secant.training;

import dev.secant.engine.Device;

/**
 * How a run uses its device. Changes no bit of the path.
 *
 * @param block steps that are walked before their outcomes are looked at; see {@link Ledger}
 * @param imageMemory bytes that the images of a dataset may take on it; see {@link DeviceImages}
 */
record DeviceUse(int block, long imageMemory) {
  /** Enough steps to share one wait, few enough to be walked in vain where a path diverges. */
  private static final int BLOCK = 64;

  /** On a processor nothing runs ahead, and all memory is the same. */
  private static final DeviceUse OF_PROCESSOR = new DeviceUse(1, 0);

  static DeviceUse of(Device device, long imageMemory) {
    return device.equals(Device.CPU) ? OF_PROCESSOR : new DeviceUse(BLOCK, imageMemory);
  }
}
