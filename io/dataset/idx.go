package dataset

import (
	"encoding/binary"
	"fmt"
)

// The magic numbers of IDX files of unsigned bytes, with three dimensions and with one.
const (
	magicImages = 2051
	magicLabels = 2049
)

// dimensions names what an IDX file has after its magic number.
var dimensions = map[uint32][]string{
	magicImages: {"images", "rows", "columns"},
	magicLabels: {"labels"},
}

// decodeIDX reads a file with a magic number: its dimensions, each at least 1, and its
// bytes.
func decodeIDX(c *content, magic uint32) (shape []int, data []uint8, err error) {
	names := dimensions[magic]
	header := make([]byte, 4+4*len(names))
	if err := c.read(header[:4], " or more"); err != nil {
		return nil, nil, err
	}
	if found := binary.BigEndian.Uint32(header); found != magic {
		of := ""
		if other, ok := dimensions[found]; ok {
			of = ", that of " + other[0]
		}
		return nil, nil, c.wrong(0, "magic number %d%s, want %d, that of %s", found, of, magic, names[0])
	}
	if err := c.read(header[4:], " or more"); err != nil {
		return nil, nil, err
	}
	total := uint64(1)
	for i, name := range names {
		at := 4 + 4*i
		n := binary.BigEndian.Uint32(header[at:])
		if n == 0 {
			return nil, nil, c.wrong(int64(at), "0 %s, want at least 1", name)
		}
		// total is at most MaxBytes here, and n below 2³²: no overflow.
		if total *= uint64(n); total > MaxBytes {
			return nil, nil, c.wrong(int64(at), "%d %s make more than %d bytes, the most that is read", n, name, MaxBytes)
		}
		shape = append(shape, int(n))
	}
	want := int64(len(header)) + int64(total)
	switch {
	case c.size > want:
		return nil, nil, c.wrong(want, "goes on here, up to byte %d, want the end", c.size)
	case c.size >= 0 && c.size < want:
		return nil, nil, c.wrong(c.size, "ends here, want %d bytes, as the header says", want)
	case want > c.bound:
		return nil, nil, c.wrong(4, "the header promises %d bytes in all, but a packed file of this size holds at most %d", want, c.bound)
	}
	data = make([]uint8, total)
	if err := c.read(data, ", as the header says"); err != nil {
		return nil, nil, err
	}
	return shape, data, c.end()
}

// The files of an IDX data set: names without endings, as they are published and as
// some programs write them.
var (
	trainImages = [...]string{"train-images-idx3-ubyte", "train-images.idx3-ubyte"}
	trainLabels = [...]string{"train-labels-idx1-ubyte", "train-labels.idx1-ubyte"}
	testImages  = [...]string{"t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"}
	testLabels  = [...]string{"t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"}
)

// labelsAt is the byte of an IDX file where its labels begin.
const labelsAt = 8

// readIDX reads the set of two files.
func readIDX(images, labels string) (Set, error) {
	var s Set
	err := readFile(images, func(c *content) error {
		shape, data, err := decodeIDX(c, magicImages)
		if err == nil {
			s = Set{Images: data, Count: shape[0], Channels: 1, Height: shape[1], Width: shape[2]}
		}
		return err
	})
	if err != nil {
		return s, err
	}
	err = readFile(labels, func(c *content) error {
		shape, data, err := decodeIDX(c, magicLabels)
		if err == nil && shape[0] != s.Count {
			err = c.wrong(4, "%d labels, want %d, one for each image of %s", shape[0], s.Count, images)
		}
		s.Labels = data
		return err
	})
	return s, err
}

// openIDX reads training and test images and counts classes. files are those of
// train-images, train-labels, t10k-images, t10k-labels. No label may be beyond those of
// p, unless that is nil.
func openIDX(files []string, p *Publication) (train, test Set, err error) {
	if train, err = readIDX(files[0], files[1]); err != nil {
		return train, test, err
	}
	if test, err = readIDX(files[2], files[3]); err != nil {
		return train, test, err
	}
	if test.Height != train.Height || test.Width != train.Width {
		return train, test, &InputError{Path: files[2], Offset: 8, Reason: // where the rows are
		fmt.Sprintf("images of %d × %d, want %d × %d, as in %s", test.Height, test.Width, train.Height, train.Width, files[0])}
	}
	if p != nil {
		if err := p.bound(train.Labels, files[1]); err != nil {
			return train, test, err
		}
		if err := p.bound(test.Labels, files[3]); err != nil {
			return train, test, err
		}
	}
	classes, err := countClasses(train.Labels, files[1])
	if err != nil {
		return train, test, err
	}
	for i, label := range test.Labels {
		if int(label) >= classes {
			return train, test, &InputError{Path: files[3], Offset: labelsAt + int64(i), Reason: fmt.Sprintf(
				"label %d, want 0 to %d, as in %s", label, classes-1, files[1])}
		}
	}
	train.Classes, test.Classes = classes, classes
	return train, test, nil
}

// bound refuses labels of classes that the data set has not.
func (p *Publication) bound(labels []uint8, path string) error {
	for i, label := range labels {
		if int(label) >= p.Classes {
			return &InputError{Path: path, Offset: labelsAt + int64(i), Reason: fmt.Sprintf(
				"label %d, want 0 to %d, those of %s", label, p.Classes-1, p.Name)}
		}
	}
	return nil
}

// countClasses refuses labels that leave classes out: the file does not say how many
// there are, and a damaged byte would add some that no image is of. One that is damaged to
// the next class is seen by bound alone, where there is a Publication.
func countClasses(labels []uint8, path string) (int, error) {
	var seen [256]bool
	for _, label := range labels {
		seen[label] = true
	}
	classes := 0
	for classes < len(seen) && seen[classes] {
		classes++
	}
	for i, label := range labels {
		if int(label) >= classes {
			return 0, &InputError{Path: path, Offset: labelsAt + int64(i), Reason: fmt.Sprintf(
				"label %d, but no image has label %d; want classes counted from 0, each with images", label, classes)}
		}
	}
	return classes, nil
}
