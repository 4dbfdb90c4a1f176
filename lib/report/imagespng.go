package report

import (
	"image"
	"image/color"
	"math"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The lengths of an image grid are pixels of the picture, so that every pixel of the data becomes a square of them.
const (
	dot = vg.Inch / pictureDPI // one of them

	imageMin, imageMax = 56, 140 // width of an image
	imageGap, imageAir = 9, 36   // least and greatest distance between the places of two images
	underHeight        = 32      // of the label under an image
	besideWidth        = 140     // of the row's label; a longer word makes it wider
	besideHeight       = 27      // of a line of it
	besideGap          = 10
	lineGap, rowGap    = 12, 22 // below a line of images with their labels, and below a row of such lines
	frameWidth         = 3

	imageTextSize = 12 // points
)

// marked is the colour of frames and labels of corrupted images; other images have an outline, where white ones would fade into the page.
var marked, outline = palette[1], color.NRGBA{0xC0, 0xC0, 0xC0, 0xFF}

func imageStyle(base font.Font) text.Style { return style(imageTextSize, base) }

// dots is a length in pixels, rounded up.
func dots(l vg.Length) int { return int(math.Ceil(float64(l / dot))) }

// gridLayout is where everything of an image grid stands.
type gridLayout struct {
	head           head
	left           int // of the first image's place
	columns, pitch int // places in a line, and the width of each
	scale          int // pixels of the picture for one of the data
	rows           []rowLayout
	height         int // of the picture
}

type rowLayout struct {
	beside    []string // the row's label in lines
	top, line int      // of the first line of images; its height with the labels
}

// PNG draws the grid on white, 1120 pixels wide, every pixel of the data as a square; its height grows with the rows. The same grid gives
// the same bytes.
func (g ImageGrid) PNG() ([]byte, error) {
	l := g.layout()
	canvas := vgimg.NewWith(vgimg.UseWH(pictureWidth, vg.Length(l.height)*dot), vgimg.UseDPI(pictureDPI))
	c := draw.New(canvas)
	l.head.draw(draw.Crop(c, margin, -margin, margin, -margin))
	e := easel{c, canvas.Image(), l.height}
	for i, row := range g.Rows {
		e.beside(l, row, l.rows[i])
		e.row(l, row, l.rows[i])
	}
	return encode(canvas, g.Title)
}

func (g ImageGrid) layout() gridLayout {
	l := gridLayout{head: layoutHead(g.Title, g.entries())}
	beside, under, size, most := 0, 0, 0, 0
	for _, row := range g.Rows {
		lines := wrap(row.Label, imageStyle(font.Font{}), besideWidth*dot)
		for _, line := range lines {
			beside = max(beside, dots(imageStyle(font.Font{}).Width(line)))
		}
		l.rows = append(l.rows, rowLayout{beside: lines})
		for _, t := range row.Tiles {
			under, size = max(under, dots(t.style().Width(t.text()))), max(size, t.Image.Rect.Dx())
		}
		most = max(most, len(row.Tiles))
	}
	l.left = dots(margin) + beside + besideGap
	l.fit(dots(pictureWidth-margin)-l.left, most, size, under)
	l.stack(g.Rows)
	return l
}

// stack places the rows below each other.
func (l *gridLayout) stack(rows []ImageRow) {
	l.height = dots(margin+l.head.height()) + rowGap/2
	for i, row := range rows {
		r, lines := &l.rows[i], (len(row.Tiles)+l.columns-1)/l.columns
		r.top, r.line = l.height, l.tall(row)+underHeight+lineGap
		l.height += max(lines*r.line-lineGap, len(r.beside)*besideHeight) + rowGap
	}
	l.height += dots(margin) - rowGap
}

// tall is the height of a row's images.
func (l gridLayout) tall(row ImageRow) int { return row.Tiles[0].Image.Rect.Dy() * l.scale }

// fit chooses how many images stand in a line, and how large: all of them, if they are then wide enough to be seen, else about as many in
// each of several lines. The images are size pixels of the data wide, the labels under them at most under.
func (l *gridLayout) fit(room, most, size, under int) {
	place := func(scale int) int { return max(scale*size, under) + imageGap }
	l.scale = (imageMin + size - 1) / size
	l.columns = max(1, min(most, room/place(l.scale)))
	lines := (most + l.columns - 1) / l.columns
	l.columns = (most + lines - 1) / lines
	for (l.scale+1)*size <= imageMax && l.columns*place(l.scale+1) <= room {
		l.scale++
	}
	l.pitch = min(room/l.columns, place(l.scale)+imageAir)
}

// entries explains the frames, where there are any.
func (g ImageGrid) entries() []entry {
	if g.markFact() == "" {
		return nil
	}
	return []entry{{
		text:  "× corrupted: not the true label, or the input was replaced",
		glyph: &draw.GlyphStyle{Color: marked, Radius: 6, Shape: frameGlyph{}},
	}}
}

// frameGlyph is the frame of a corrupted image, for the legend.
type frameGlyph struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (frameGlyph) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	low, high := vg.Point{X: at.X - sty.Radius, Y: at.Y - sty.Radius}, vg.Point{X: at.X + sty.Radius, Y: at.Y + sty.Radius}
	c.StrokeLines(draw.LineStyle{Color: sty.Color, Width: frameWidth * dot}, []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}, low})
}

func (t Tile) text() string {
	if t.Corrupted {
		return "× " + t.Label
	}
	return t.Label
}

func (t Tile) style() text.Style {
	if !t.Corrupted {
		return imageStyle(font.Font{})
	}
	sty := imageStyle(titleFont)
	sty.Color = marked
	return sty
}

// easel draws letters and images on the same picture, in pixels from its upper left corner.
type easel struct {
	letters draw.Canvas
	images  xdraw.Image
	height  int
}

// beside writes the row's label against the middle of its first line of images, or from its top where it has more lines than fit there.
func (e easel) beside(l gridLayout, row ImageRow, r rowLayout) {
	y := r.top + max(l.tall(row)-len(r.beside)*besideHeight, 0)/2 + besideHeight/2
	for _, line := range r.beside {
		e.text(imageStyle(font.Font{}), dots(margin), y, line)
		y += besideHeight
	}
}

func (e easel) row(l gridLayout, row ImageRow, r rowLayout) {
	tall := l.tall(row)
	for i, t := range row.Tiles {
		wide := t.Image.Rect.Dx() * l.scale
		x, y := l.left+i%l.columns*l.pitch+(l.pitch-wide)/2, r.top+i/l.columns*r.line
		e.image(t, image.Rect(x, y, x+wide, y+tall))
		sty := t.style()
		sty.XAlign = draw.XCenter
		e.text(sty, x+wide/2, y+tall+frameWidth+underHeight/2, t.text())
	}
}

func (e easel) image(t Tile, place image.Rectangle) {
	frame, width := outline, 1
	if t.Corrupted {
		frame, width = marked, frameWidth
	}
	xdraw.Draw(e.images, place.Inset(-width), image.NewUniform(frame), image.Point{}, xdraw.Src)
	xdraw.NearestNeighbor.Scale(e.images, place, t.Image, t.Image.Rect, xdraw.Src, nil)
}

func (e easel) text(sty text.Style, x, y int, words string) {
	e.letters.FillText(sty, vg.Point{X: vg.Length(x) * dot, Y: vg.Length(e.height-y) * dot}, words)
}
