//! beamline.
