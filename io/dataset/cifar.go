package dataset

import (
	"slices"
)

// The shape of CIFAR-10.
const (
	cifarChannels = 3
	cifarSide     = 32
	cifarPixels   = cifarChannels * cifarSide * cifarSide
	cifarRecord   = 1 + cifarPixels
	cifarClasses  = 10
)

// The files of CIFAR-10, and the directory in its archive that holds them.
var (
	cifarTrain = [...]string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}
	cifarTest  = "test_batch.bin"
)

const cifarFolder = "cifar-10-batches-bin"

// decodeCIFAR appends the records of a file to a set.
func decodeCIFAR(c *content, s *Set) error {
	switch {
	case c.packed:
		return wrong(c.path, "is packed by gzip, want it unpacked")
	case c.size > MaxBytes:
		return wrong(c.path, "%d bytes, want at most %d", c.size, MaxBytes)
	case c.size == 0:
		return wrong(c.path, "is empty, want records of %d bytes", cifarRecord)
	case c.size%cifarRecord != 0:
		return c.wrong(c.size/cifarRecord*cifarRecord, "the last record has %d bytes, want records of %d", c.size%cifarRecord, cifarRecord)
	}
	n := int(c.size / cifarRecord)
	s.Images = slices.Grow(s.Images, n*cifarPixels)
	s.Labels = slices.Grow(s.Labels, n)
	var label [1]byte
	for range n {
		at := c.at
		if err := c.read(label[:], ", whole records"); err != nil {
			return err
		}
		if label[0] >= cifarClasses {
			return c.wrong(at, "label %d, want 0 to %d", label[0], cifarClasses-1)
		}
		s.Labels = append(s.Labels, label[0])
		end := len(s.Images) + cifarPixels
		s.Images = s.Images[:end]
		if err := c.read(s.Images[end-cifarPixels:], ", whole records"); err != nil {
			return err
		}
		s.Count++
	}
	return c.end()
}

// readCIFAR reads the set of files, in their order.
func readCIFAR(files []string) (Set, error) {
	s := Set{Channels: cifarChannels, Height: cifarSide, Width: cifarSide, Classes: cifarClasses}
	for _, file := range files {
		if err := readFile(file, func(c *content) error { return decodeCIFAR(c, &s) }); err != nil {
			return Set{}, err
		}
	}
	return s, nil
}

// openCIFAR reads training and test images; the test's file is the last.
func openCIFAR(files []string) (train, test Set, err error) {
	last := len(files) - 1
	if train, err = readCIFAR(files[:last]); err != nil {
		return train, test, err
	}
	test, err = readCIFAR(files[last:])
	return train, test, err
}
